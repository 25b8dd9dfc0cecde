// A frame that shows mail of our own making is as tall as the mail.
for (const frame of document.querySelectorAll("iframe[data-grows]")) {
  const grow = () => {
    const page = frame.contentDocument?.documentElement;
    if (page) frame.style.height = `${Math.min(page.scrollHeight + 4, 2400)}px`;
  };
  frame.addEventListener("load", grow);
  grow();
}

-- follows the links in the file LINKS, one path on each line, one after the other
dofile(os.getenv("SCRIPTS") .. "/wrk_done.lua")
local headers = {["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}

function init()
  paths = {}
  for line in io.lines(os.getenv("LINKS")) do
    paths[#paths + 1] = line
  end
  count = 0
end

function request()
  count = count % #paths + 1
  return wrk.format("GET", paths[count], headers)
end

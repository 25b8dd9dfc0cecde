"""E-mail: pipelined SMTP out, replies, bounces and spam reports in."""

-- posts batches of EVENTS events to /v1/batch, each event under an id of its own
dofile(os.getenv("SCRIPTS") .. "/wrk_done.lua")
local events = tonumber(os.getenv("EVENTS"))
local headers = {["Authorization"] = os.getenv("AUTHORIZATION"), ["Content-Type"] = "application/json"}
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init()
  count = 0
  pieces = {}
  for place = 0, events - 1 do
    pieces[place] = string.format(
      '-%d","timestamp":"2026-01-05T12:00:00Z","properties":{"product_id":"P%d","price":12.5,"category":"Garden"}}', place, place)
  end
end

function request()
  count = count + 1
  local mark = number .. "." .. count
  local parts = {}
  for place = 0, events - 1 do
    parts[#parts + 1] = '{"type":"track","event":"Product Viewed","userId":"c' .. (count * events + place) % 5000 ..
      '","messageId":"m' .. mark .. pieces[place]
  end
  local said = table.concat(parts, ",")
  if events == 1 then
    return wrk.format("POST", "/v1/track", headers, said)
  end
  return wrk.format("POST", "/v1/batch", headers, '{"batch":[' .. said .. "]}")
end

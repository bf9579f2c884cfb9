// HTTP messages: however one is cut, it is read the same; nothing exceeds the limits. The first byte chooses the kind,
// the second the cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "acts/base/assert.hpp"

#include "net/http_codec.hpp"

namespace {

constexpr acts::HttpLimits kLimits{4096, 1024};

struct Outcome {
  acts::NetFault fault = acts::NetFault::kNone;
  bool is_done = false;
  acts::HttpMessage message;
};

Outcome parse(acts::HttpParser::Kind kind, const std::string& text, std::size_t step) {
  acts::HttpParser parser(kind, kLimits);
  Outcome out;
  std::string pending;
  for (std::size_t i = 0; i < text.size() && out.fault == acts::NetFault::kNone && !parser.is_done(); i += step) {
    pending.append(text, i, step);
    out.fault = parser.feed(pending);
    (void)parser.expects_continue();
  }
  if (out.fault == acts::NetFault::kNone) out.fault = parser.end_of_stream();
  out.is_done = out.fault == acts::NetFault::kNone && parser.is_done();
  if (out.is_done) out.message = parser.take();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto kind = static_cast<acts::HttpParser::Kind>(data[0] % 3);
  const std::string text(data + 2, data + size);
  const Outcome whole = parse(kind, text, std::max<std::size_t>(text.size(), 1));
  const Outcome cut = parse(kind, text, std::max<std::size_t>(data[1], 1));
  if (!whole.is_done || !cut.is_done) return 0;
  ACTS_ASSERT(whole.message.body == cut.message.body && whole.message.status == cut.message.status);
  ACTS_ASSERT(whole.message.headers.size() == cut.message.headers.size());
  ACTS_ASSERT(whole.message.body.size() <= kLimits.max_body_bytes);
  for (const acts::HttpHeader& header : whole.message.headers) {
    ACTS_ASSERT((header.name + header.value).find_first_of("\r\n") == std::string::npos);
  }
  return 0;
}

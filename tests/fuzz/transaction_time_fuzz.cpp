// The engine's time of a message: where it stands at the beginning it is what a reading of the whole message gives.
#include <cstddef>
#include <cstdint>
#include <string>

#include "acts/base/assert.hpp"

#include "binance/transaction_time.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // An exact copy, so that reading behind its end is found.
  const std::string json(data, data + size);
  acts::binance::TransactionTime time;
  const auto quick = time.of(json);
  // A blank in front is not how a message begins.
  const auto whole = time.of(" " + json);
  // A second envelope, in whatever spelling, is none of the venue's.
  const std::size_t envelope = json.find("\"data\"");
  const bool is_usual =
      json.find('\\') == std::string::npos &&
      (json.starts_with("{\"stream\"") ? json.find("\"data\"", envelope + 1) : envelope) == std::string::npos;
  ACTS_ASSERT(!is_usual || !whole || quick == whole);
  return 0;
}

// Decision logs from outside: whatever they hold is read or refused, and what is read is written with the same bytes.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "acts/base/assert.hpp"

#include "backtest/decisions/decision_log.hpp"
#include "recording/byte_source.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace acts::backtest;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto log = DecisionLogReader::open(acts::read_from_memory(bytes));
  if (!log) return 0;
  std::string written;
  DecisionLogWriter writer((*log)->wants(), [&written](std::string_view part) { written += part; });
  bool is_whole = false;
  for (;; (*log)->take()) {
    const auto record = (*log)->peek();
    if (!record) break;
    ACTS_ASSERT((*log)->peek().value() == *record);
    if (const auto* const call = std::get_if<ToldCall>(*record)) {
      writer.on_call(*call);
      ACTS_ASSERT(!in_words(*call).empty());
    } else if (const auto* const decision = std::get_if<Decision>(*record)) {
      writer.on_decision(*decision);
      ACTS_ASSERT(!in_words(*decision).empty());
    } else {
      is_whole = true;
      break;
    }
  }
  writer.finish(is_whole);
  ACTS_ASSERT(bytes.starts_with(written));
  return 0;
}

// Lines of a sweep's journal, whose sum is made right first: what is taken is written as it was read.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "acts/base/assert.hpp"

#include "backtest/sweep/sweep_journal.hpp"
#include "history/signature.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)acts::backtest::parse_journal_line(text);
  const std::string line = acts::history::sha256_of(text).substr(0, 16) + " " + std::string(text);
  const auto entry = acts::backtest::parse_journal_line(line);
  if (!entry) return 0;
  ACTS_ASSERT(entry->totals.closes.closes.times.size() == entry->totals.closes.closes.values.size());
  const std::string written = acts::backtest::journal_line(*entry);
  const auto again = acts::backtest::parse_journal_line(written);
  ACTS_ASSERT(again.has_value() && acts::backtest::journal_line(*again) == written);
  return 0;
}

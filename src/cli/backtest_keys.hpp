// The keys of a backtest's configuration: of an instrument, and of the run. A section's keys are in one list.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "backtest/settings.hpp"
#include "cli/config_file.hpp"

namespace acts::cli {

template <typename Settings>
struct ConfigKey {
  std::string_view section;
  std::string_view key;
  std::vector<ConfigType> types;
  std::string_view wanted;  // in words, with the article
  // Errors: what is wrong with the value.
  Result<void> (*set)(Settings& settings, const Values& values);
};
using InstrumentKey = ConfigKey<backtest::InstrumentSettings>;
using RunKey = ConfigKey<backtest::BacktestSettings>;

// [data] and [instrument], which stand once an instrument.
std::span<const InstrumentKey> data_keys();
// Of a part of an instrument (below).
std::span<const InstrumentKey> part_keys();
// Those of them that tell what a venue lets pass.
std::vector<InstrumentKey> rule_keys();
// All others.
std::span<const RunKey> run_keys();

// Of money: the account, contracts, margin, funding, and what fees are besides maker's and taker's. They are in the
// lists above.
std::vector<InstrumentKey> account_data_keys();
std::vector<InstrumentKey> account_part_keys();
std::vector<RunKey> account_run_keys();
template <typename Key>
std::vector<Key> with_keys(std::vector<Key> keys, const std::vector<Key>& more) {
  keys.insert(keys.end(), more.begin(), more.end());
  return keys;
}

// Sections that stand for all instruments, or as [instrument.NAME] for one: then in place of the shared one, whole.
// Sections below them ("exchange.queue") belong to them.
std::span<const std::string_view> instrument_parts();

// What setters share. Errors: kUsage, what is wrong with the text.
Result<void> set_decimal(Decimal& decimal, const std::string& text);
Result<void> set_not_negative(Decimal& decimal, const std::string& text);
Result<void> set_optional(std::optional<Decimal>& decimal, const std::string& text);
// A part of the value that is traded.
Result<void> set_rate(Decimal& rate, const std::string& text);
// One of two words; true for the second.
Result<bool> choose(const std::string& text, std::string_view first, std::string_view second);

}  // namespace acts::cli

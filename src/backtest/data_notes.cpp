#include "backtest/data_notes.hpp"

#include <fmt/format.h>

#include <utility>

#include "acts/base/assert.hpp"

#include "backtest/announcements.hpp"
#include "backtest/feed_notes.hpp"
#include "backtest/open_instruments.hpp"

namespace acts::backtest {
namespace {

void note_off_scale(std::vector<std::string>& notes, const ReadMarkets& read) {
  std::uint64_t off_tick = 0;
  std::uint64_t off_scale = 0;
  std::uint64_t out_of_range = 0;
  for (const ReadData& of : read.instruments) {
    off_tick += of.facts.off_tick;
    off_scale += of.facts.off_scale;
    out_of_range += of.facts.out_of_range;
  }
  if (off_tick + off_scale + out_of_range == 0) return;
  notes.push_back(
      fmt::format("{} prices were off the tick and {} quantities off the lot's decimals (rounded), {} events could "
                  "not be used: are tick_size and lot_size those of the data?",
                  off_tick, off_scale, out_of_range));
}

void note_gaps(std::vector<std::string>& notes, const ReadMarkets& read) {
  const std::string gaps = gaps_text(data_gaps(read.instruments));
  if (!gaps.empty()) {
    notes.push_back(gaps + ": so long nobody knew the book, and no fill there is to be believed");
  }
  const std::string trades = trade_gaps_text(data_trade_gaps(read.instruments));
  if (!trades.empty()) notes.push_back(trades + ", by their ids: what they would have filled is not filled");
  for (const ReadData& of : read.instruments) {
    const std::string none = no_trades_text(of);
    if (none.empty()) continue;
    notes.push_back(none +
                    ": an order that rests is filled only where the book comes to cross its price, and no "
                    "strategy is told of one: record the stream trade");
  }
}

// What a position should have paid or been paid, and did not.
void note_missed_funding(std::vector<std::string>& notes, const ReadMarkets& read) {
  std::uint64_t missed = 0;
  std::uint64_t unreadable = 0;
  for (const ReadData& of : read.instruments) {
    missed += of.missed_fundings;
    unreadable += of.unreadable_announcements;
  }
  if (missed + unreadable == 0) return;
  notes.push_back(
      fmt::format("funding was not paid at {} times at which the book had no middle price, and {} announcements "
                  "of mark price and funding could not be read",
                  missed, unreadable));
}

}  // namespace

std::vector<std::string> data_notes(const BacktestSettings& settings, const ReadMarkets& read) {
  ACTS_ASSERT(read.instruments.size() <= settings.instruments.size());
  std::vector<std::string> notes;
  note_gaps(notes, read);
  for (const ReadData& of : read.instruments) {
    for (std::string& note : notes_of(of.facts, of.name)) notes.push_back(std::move(note));
  }
  note_off_scale(notes, read);
  note_missed_funding(notes, read);
  for (std::size_t i = 0; i < read.instruments.size(); ++i) {
    const ReadData& of = read.instruments[i];
    const InstrumentSettings& its = settings.instruments[i];
    std::string latency = latency_note(its, of.latency_covered);
    if (!latency.empty()) notes.push_back(std::move(latency));
    std::string funding = funding_note(its, of.funding_times, read.begin, read.end);
    if (!funding.empty()) notes.push_back(std::move(funding));
  }
  return notes;
}

}  // namespace acts::backtest

// Which symbols the collector collects: what was typed, held against the venue's list.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "collector/collector_impl.hpp"

namespace acts::collector {

Result<std::vector<binance::SymbolWish>> read_wishes(std::span<const std::string> typed, Venue venue) {
  std::vector<binance::SymbolWish> wishes;
  for (const std::string& text : typed) {
    Result<binance::SymbolWish> wish = binance::parse_symbol_wish(text, venue);
    if (!wish) return std::unexpected(wish.error());
    if (wish->venue != venue) {
      return fail(ErrorCode::kUsage,
                  fmt::format("'{}' is not of {}: each venue has a collector of its own", text, to_string(venue)));
    }
    if (std::ranges::find(wishes, *wish) == wishes.end()) wishes.push_back(std::move(*wish));
  }
  return wishes;
}

std::pair<std::string, SymbolStatus> Collector::Impl::resolve(const binance::SymbolWish& wish,
                                                              std::string* problem) const {
  if (!info) return {wish.text, SymbolStatus::kUnknown};
  const Result<const Instrument*> found = binance::resolve_symbol(wish, *info);
  if (found) return {(*found)->symbol, symbol_status_of((*found)->status)};
  *problem = found.error().message;
  const bool listed = info->find(wish.text) != nullptr;
  const InstrumentIndex ours = pipeline.find(wish.text);
  // What the venue has listed before and does no more is delisted.
  const bool was_listed = ours != kNoInstrument && (symbols[ours].status == SymbolStatus::kTrading ||
                                                    symbols[ours].status == SymbolStatus::kHalted ||
                                                    symbols[ours].status == SymbolStatus::kDelisted);
  return {wish.text, listed || was_listed ? SymbolStatus::kDelisted : SymbolStatus::kUnlisted};
}

// The run is told as begun with its first symbols: a boundary, or the end of a log, that comes before them would leave
// a minute without a row, or symbols in whose part of the recording no run begins.
void Collector::Impl::begin(UnixNanos now) {
  wishes_applied = true;
  run_log.run_started(now);
  pipeline.on_timer(now);
  if (options.on_begin) options.on_begin(now);
}

void Collector::Impl::apply_wishes(UnixNanos now) {
  if (!wishes_applied) begin(now);
  std::vector<std::pair<std::string, SymbolStatus>> desired;
  std::map<std::string, std::string> unknown;
  for (const binance::SymbolWish& wish : wishes) {
    std::string problem;
    std::pair<std::string, SymbolStatus> symbol = resolve(wish, &problem);
    if (!problem.empty()) {
      if (!unknown_symbols.contains(wish.text)) {
        log.log_always(LogLevel::kError, "symbol_unknown", wish.text, problem);
      }
      unknown.emplace(wish.text, std::move(problem));
    }
    const auto same = [&](const auto& other) { return other.first == symbol.first; };
    if (std::ranges::none_of(desired, same)) desired.push_back(std::move(symbol));
  }
  unknown_symbols = std::move(unknown);
  for (InstrumentIndex index = 0; index < pipeline.size(); ++index) {
    if (!is_collected(index)) continue;
    const auto same = [&](const auto& wanted) { return wanted.first == pipeline.symbol(index); };
    if (std::ranges::none_of(desired, same)) remove_symbol(index, now);
  }
  pool.expect(desired.size());
  for (const auto& [symbol, status] : desired) {
    const InstrumentIndex index = pipeline.find(symbol);
    if (index == kNoInstrument || !is_collected(index)) {
      add_symbol(symbol, status, now);
    } else {
      set_status(index, status, now);
    }
  }
}

// Without its tick and lot size: the book takes its decimals from the messages, as it will in a replay.
void Collector::Impl::tell_status(std::string_view symbol, SymbolStatus status, UnixNanos now) {
  run_log.symbol_added(symbol, status, now);
  Instrument instrument;
  instrument.venue = options.venue;
  instrument.symbol = symbol;
  instrument.status = trading_status_of(status);
  pipeline.set_status(pipeline.add(instrument, now), status);
}

void Collector::Impl::add_symbol(const std::string& symbol, SymbolStatus status, UnixNanos now) {
  const bool is_new = pipeline.find(symbol) == kNoInstrument;
  tell_status(symbol, status, now);
  const InstrumentIndex index = pipeline.find(symbol);
  const auto earlier = is_new && options.earlier_book ? options.earlier_book(symbol) : nullptr;
  if (earlier) {
    run_log.book_restored(symbol, *earlier, now);
    pipeline.resume_after_pause(index, *earlier, now);
  }
  if (index >= symbols.size()) symbols.resize(index + 1);
  symbols[index] = Symbol{};
  symbols[index].status = status;
  plan_saves(symbols[index], now);
  if (status != SymbolStatus::kUnlisted) pool.add(index, symbol);
}

void Collector::Impl::set_status(InstrumentIndex index, SymbolStatus status, UnixNanos now) {
  Symbol& symbol = symbols[index];
  symbol.refusals = 0;
  symbol.refused_until = {INT64_MIN};
  if (symbol.status == status) return;
  const std::string name{pipeline.symbol(index)};
  log.log_always(LogLevel::kInfo, "symbol_status", name,
                 fmt::format("{} is {} (was {})", name, to_string(status), to_string(symbol.status)));
  const bool was_subscribed = symbol.status != SymbolStatus::kUnlisted;
  symbol.status = status;
  tell_status(name, status, now);
  const bool subscribe = status != SymbolStatus::kUnlisted;
  if (subscribe && !was_subscribed) pool.add(index, name);
  if (!subscribe && was_subscribed) pool.remove(index);
}

void Collector::Impl::remove_symbol(InstrumentIndex index, UnixNanos now) {
  run_log.symbol_removed(pipeline.symbol(index), now);
  pipeline.remove(index);
  pool.remove(index);
  desk.forget(index);
  symbols[index].watch.on_lost();
}

Result<void> Collector::set_symbols(std::span<const std::string> typed, UnixNanos time) {
  Impl& self = *impl_;
  const UnixNanos now = self.at(time);
  Result<std::vector<binance::SymbolWish>> wishes = read_wishes(typed, self.options.venue);
  if (!wishes) return std::unexpected(wishes.error());
  if (self.ended) return {};
  self.wishes = std::move(*wishes);
  if (!self.wishes_applied) return {};
  self.apply_wishes(now);
  // A symbol that is newer than the list we hold.
  if (!self.unknown_symbols.empty()) self.info_at = now;
  self.on_tick(now);
  return {};
}

}  // namespace acts::collector

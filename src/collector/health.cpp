#include "collector/health.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "acts/features/quality.hpp"

#include "binance/streams.hpp"
#include "collector/collector_impl.hpp"

namespace acts::collector {
namespace {

// A subscribed stream that has brought nothing for so long is named.
constexpr Nanos kSilentStream = std::chrono::minutes{1};

struct KindName {
  DataKind kind;
  std::string_view name;
};
constexpr std::array kKindNames{KindName{DataKind::kDepth, "depth"}, KindName{DataKind::kTrade, "trade"},
                                KindName{DataKind::kBookTicker, "bookTicker"}};

std::optional<Nanos> age_of(std::optional<UnixNanos> at, UnixNanos now) {
  return at ? std::optional(now - *at) : std::nullopt;
}

std::optional<Decimal> best_price(const OrderBook& book, Side side) {
  const std::optional<BookLevel> level = book.best(side);
  return level ? std::optional(to_decimal(level->price, book.scales())) : std::nullopt;
}

void add_if(std::map<std::string, std::uint64_t>& counts, const char* name, std::uint64_t count) {
  if (count > 0) counts[name] += count;
}

}  // namespace

std::string_view to_string(Overall overall) noexcept {
  switch (overall) {
    case Overall::kOk: return "ok";
    case Overall::kDegraded: return "degraded";
    case Overall::kFailed: return "failed";
  }
  return "unknown";
}

AuditHealth Collector::Impl::audit_health(InstrumentIndex index, UnixNanos now) const {
  const binance::BookBuilder& builder = pipeline.builder(index);
  AuditHealth health = symbols[index].audit;
  health.matched = builder.audits().matched;
  health.differed = builder.audits().differed;
  health.skipped = builder.audits().skipped;
  health.last = builder.last_audit();
  health.age = age_of(symbols[index].audited_at, now);
  return health;
}

SymbolHealth Collector::Impl::symbol_health(InstrumentIndex index, UnixNanos now) const {
  const Symbol& symbol = symbols[index];
  const binance::BookBuilder& builder = pipeline.builder(index);
  const OrderBook& book = builder.book();
  const binance::DepthSync::Counters& counters = builder.sync().counters();
  SymbolHealth health;
  health.symbol = pipeline.symbol(index);
  health.status = symbol.status;
  health.data_age = age_of(pipeline.last_data(index), now);
  health.update_age = age_of(builder.last_update_received(), now);
  if (builder.last_update_received() && builder.last_event_time() && builder.last_event_time()->value != 0) {
    health.receive_lag = *builder.last_update_received() - *builder.last_event_time();
  }
  health.suspect_levels = book.suspect_count(Side::kBid) + book.suspect_count(Side::kAsk);
  const Quality quality = pipeline.quality(index, now);
  health.state = quality.state;
  health.reason = quality.reason;
  if (book.has_snapshot()) {
    health.bid = best_price(book, Side::kBid);
    health.ask = best_price(book, Side::kAsk);
  }
  health.bid_levels = book.level_count(Side::kBid);
  health.ask_levels = book.level_count(Side::kAsk);
  health.updates_per_second = symbol.rate.per_second();
  health.updates = counters.applied;
  health.gaps = counters.gaps;
  health.snapshots = counters.merged;
  health.ghosts = book.ghosts();
  health.reconnects = symbol.reconnects;
  health.epoch = book.epoch();
  health.last_update_id = builder.sync().last_update_id().value();
  health.audit = audit_health(index, now);
  health.snapshot_waiting = desk.waits(RequestKind::kDepth, index);
  if (symbol.stream_since && now - *symbol.stream_since >= kSilentStream) {
    for (const auto& [kind, name] : kKindNames) {
      const unsigned bit = 1U << static_cast<unsigned>(kind);
      if ((expected_kinds & bit) != 0 && (symbol.seen & bit) == 0) health.silent_streams.emplace_back(name);
    }
  }
  return health;
}

Health Collector::Impl::health(UnixNanos now) const {
  Health health;
  health.venue = options.venue;
  health.at = now;
  health.counters.snapshots = snapshots;
  for (InstrumentIndex index = 0; index < symbols.size(); ++index) {
    if (is_collected(index)) health.symbols.push_back(symbol_health(index, now));
    const binance::DepthSync::Counters& counters = pipeline.builder(index).sync().counters();
    health.counters.gaps += counters.gaps;
    add_if(health.counters.snapshots, "too_old", counters.too_old);
    add_if(health.counters.snapshots, "gave_up_waiting", counters.gave_up_waiting);
    add_if(health.counters.snapshots, "unfit", pipeline.builder(index).unfit_snapshots());
  }
  for (const auto& [symbol, problem] : unknown_symbols) health.unknown_symbols.push_back(problem);
  health.connections = pool.health(now);
  health.rest = desk.health(now);
  health.clock = {clock.offset(), clock.uncertainty(), age_of(clock.measured_at(), now)};
  const PipelineCounters& passed = pipeline.counters();
  health.counters.messages = passed.messages;
  health.counters.refused = refused;
  if (const std::uint64_t dropped = pool.counters().held_dropped)
    health.counters.refused["takeover_overflow"] = dropped;
  health.counters.ignored = ignored;
  health.counters.rows = passed.rows;
  health.counters.skipped_minutes = passed.skipped_minutes;
  health.counters.trades = passed.trades;
  health.counters.tickers = passed.tickers;
  health.counters.reconnects = pool.counters().lost;
  health.counters.connects = pool.counters().connects;
  health.counters.renewals = pool.counters().renewals;
  health.counters.watchdog_closes = pool.counters().watchdog_closes;
  health.counters.frozen_streams = frozen;
  health.counters.requests = desk.requests();
  add_problems(health, now);
  return health;
}

void Collector::Impl::add_problems(Health& health, UnixNanos now) const {
  const auto add = [&health](std::string problem) {
    if (health.problems.size() < kMaxProblems) health.problems.push_back(std::move(problem));
  };
  health.overall = Overall::kOk;
  if (!wishes_applied) add("starting: the venue's list of symbols is awaited");
  if (!has_depth) add(std::string(kNoDepth));
  for (const std::string& unknown : health.unknown_symbols) add(unknown);
  if (down && !wishes.empty()) {
    add(fmt::format("no connection is open for {} s", (now - down_since) / std::chrono::seconds{1}));
  }
  if (health.rest.banned_until) add("REST: banned until " + to_iso8601(*health.rest.banned_until));
  if (desk.restricted()) add("REST: not served to this location");
  if (clock.is_beyond(options.timings.clock_warning)) add("the clock is off: see clock.offset");
  for (const SymbolHealth& symbol : health.symbols) {
    // Nobody here can do anything about a halt; that there is no depth has been said once for all.
    const bool fine = symbol.state == RowState::kLive || symbol.state == RowState::kHalted ||
                      (!has_depth && symbol.reason == Reason::kStarting);
    if (!fine) add(fmt::format("{}: {}, {}", symbol.symbol, to_string(symbol.state), to_string(symbol.reason)));
    if (symbol.audit.last && symbol.audit.last->differences() > 0)
      add(fmt::format("{}: the last audit found {} levels that are not the venue's", symbol.symbol,
                      symbol.audit.last->differences()));
    for (const std::string& stream : symbol.silent_streams) {
      // Trades of a quiet symbol may be hours apart; its depth has the watchdog.
      if (stream == "bookTicker" && symbol.state == RowState::kLive) {
        add(fmt::format("{}: nothing has come of its stream {}", symbol.symbol, stream));
      }
    }
  }
  if (!health.problems.empty()) health.overall = Overall::kDegraded;
  if (down && !wishes.empty() && started && now - down_since >= options.timings.failed_after) {
    health.overall = Overall::kFailed;
  }
}

}  // namespace acts::collector

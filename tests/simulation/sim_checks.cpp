#include "simulation/sim_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "acts/features/feature.hpp"

#include "binance/venue_facts.hpp"

namespace acts::sim {
namespace {

using namespace std::chrono_literals;
using exchange::FaultKind;

constexpr Nanos kLookEvery = 11s;
constexpr Nanos kLiveBeforeEnd = 5min;
constexpr Nanos kStartUp = 3min;
constexpr std::size_t kMostLostAtOnce = 60;  // levels that one update of this market deletes, at most
constexpr std::size_t kMostLevels = 20'000;
constexpr std::size_t kMostBookBytes = 8 * 1024 * 1024;
constexpr std::size_t kMostQueuedRequests = 16;
constexpr std::size_t kMostConnections = 8;  // where each symbol is on one line
constexpr std::size_t kMostLogBytes = 1024 * 1024;

std::size_t column(const RowSchema& schema, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(schema.columns, name, &Column::name) - schema.columns.begin());
}

// BTCUSDT of {"stream":"btcusdt@depth",...
std::string symbol_of(std::string_view text) {
  constexpr std::string_view kHead = R"({"stream":")";
  if (!text.starts_with(kHead)) return {};
  const std::size_t end = text.find('@', kHead.size());
  if (end == std::string_view::npos) return {};
  std::string symbol(text.substr(kHead.size(), end - kHead.size()));
  std::ranges::transform(symbol, symbol.begin(), [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
  return symbol;
}

}  // namespace

SimChecks::SimChecks(const SimPlan& plan, const exchange::VenueCore& venue, SimRecorder& recorder)
    : plan_(plan),
      venue_(venue),
      schema_(make_schema(plan.collector.bands)),
      log_(plan.market.venue, recorder),
      looked_at_(plan.start) {
  log_.rows = [this] { return row_ends_.size(); };
  state_column_ = column(schema_, "state");
  reason_column_ = column(schema_, "reason");
  bid_column_ = column(schema_, "best_bid");
  ask_column_ = column(schema_, "best_ask");
  log_.on_symbol_added = [this](std::string_view symbol, UnixNanos now) {
    if (next_row_.try_emplace(std::string(symbol), next_multiple(now, kMinute)).second)
      begun_[std::string(symbol)] = now;
  };
  log_.on_difference = [this](std::string_view symbol, const BookAudit& audit, UnixNanos now) {
    find(now, fmt::format("{}: an audit finds {} levels of another quantity, {} too many, {} missing", symbol,
                          audit.drift, audit.ghost, audit.missed));
  };
  log_.on_book_restored = [this](std::string_view symbol, const binance::SavedBook& book, UnixNanos now) {
    check_restored(symbol, book, now);
  };
  log_.before_stream_change = [this] { stream_changes_ = true; };
}

void SimChecks::find(UnixNanos now, std::string what) {
  ++finding_count_;
  if (findings_.size() < kMaxFindings) findings_.push_back(fmt::format("{} {}", to_iso8601(now), what));
}

// Rows are made again from what is on the disk: those that come of what is not are not there.
void SimChecks::on_kill(const collector::Collector& collector, std::size_t kept, UnixNanos now) {
  row_ends_.resize(log_.cut(kept));
  csv_.resize(row_ends_.empty() ? 0 : row_ends_.back());
  next_row_.clear();
  begun_.clear();
  seen_.clear();
  levels_at_kill_.clear();
  left_books_.clear();
  const collector::MarketPipeline& pipeline = collector.pipeline();
  for (const std::string& symbol : plan_.market.symbols) {
    auto left = log_.left_book(symbol);
    if (left == nullptr) continue;
    // A run that was killed before it had the symbol leaves the book of the one before.
    const collector::InstrumentIndex known = pipeline.find(symbol);
    const OrderBook* book = known == collector::kNoInstrument ? nullptr : &pipeline.builder(known).book();
    levels_at_kill_[symbol] = book == nullptr ? left->book.bids.size() + left->book.asks.size()
                                              : book->level_count(Side::kBid) + book->level_count(Side::kAsk);
    left_books_[symbol] = std::move(left);
  }
  logs_ += fmt::format("{} killed\n", to_iso8601(now));
}

void SimChecks::check_restored(std::string_view symbol, const binance::SavedBook& book, UnixNanos now) {
  begun_.erase(std::string(symbol));
  const auto before = levels_at_kill_.find(symbol);
  const std::size_t levels = book.book.bids.size() + book.book.asks.size();
  if (before == levels_at_kill_.end() || levels + kMostLostAtOnce < before->second)
    find(now, fmt::format("{}: a book of {} levels is restored", symbol, levels));
  if (before != levels_at_kill_.end()) levels_at_kill_.erase(before);
}

void SimChecks::on_connect(UnixNanos now) {
  const binance::VenueLimits& limits = binance::limits(plan_.market.venue);
  connects_.push_back(now);
  while (connects_.front() <= now - limits.connect_window) connects_.pop_front();
  if (connects_.size() > static_cast<std::size_t>(limits.connects))
    find(now, fmt::format("{} connection attempts in five minutes", connects_.size()));
}

void SimChecks::before_message(std::string_view text, UnixNanos now) {
  log_.expect(text);
  if (text.contains("depthUpdate") && text.ends_with("}}")) last_depth_[symbol_of(text)] = now;
}

void SimChecks::after_message(UnixNanos now) {
  if (!log_.told_all()) find(now, "a received message is not in the recording");
}

void SimChecks::on_answer(const exchange::RestReply& reply, UnixNanos /*now*/) {
  refusals_ += static_cast<std::uint64_t>(reply.response.status == 429 || reply.response.status == 418);
}

void SimChecks::on_log(const collector::Log& log, UnixNanos now) {
  if (log.level >= collector::LogLevel::kWarning) ++warnings_;
  if (logs_.size() < kMostLogBytes)
    logs_ += fmt::format("{} {} {} {}\n", to_iso8601(now), log.key, log.symbol, log.text);
}

void SimChecks::on_row(const MinuteRow& row, const collector::MarketPipeline& pipeline, UnixNanos now) {
  append_csv(csv_, schema_, row);
  row_ends_.push_back(csv_.size());
  UnixNanos& next = next_row_[row.symbol()];
  if (row.sample_time() != next)
    find(now, fmt::format("{}: a row of {} where {} was next", row.symbol(), to_iso8601(row.sample_time()),
                          to_iso8601(next)));
  next = row.sample_time() + kMinute;
  const collector::InstrumentIndex index = pipeline.find(row.symbol());
  const OrderBook& book = pipeline.builder(index).book();
  compare(row.symbol(), book, now);
  check_state(row, now);
  if (std::get<std::string>(row.values[state_column_]) == "live") check_best(row, book, now);
}

void SimChecks::check_state(const MinuteRow& row, UnixNanos now) {
  const auto& state = std::get<std::string>(row.values[state_column_]);
  const UnixNanos minute = row.sample_time();
  const bool must_live = minute >= plan_.end - kLiveBeforeEnd || (plan_.calm && minute >= plan_.start + kStartUp);
  // Beyond what a snapshot shows, levels from before a gap stay suspect until something is heard of them.
  const bool rests_on_suspects = !plan_.whole_snapshots && state == "suspect" &&
                                 row.values[reason_column_] == Value(std::string(to_string(Reason::kSuspectLevels)));
  if (must_live && state != "live" && (plan_.calm || !rests_on_suspects))
    find(now, fmt::format("{}: {} at {}, when all is well", row.symbol(), state, to_iso8601(minute)));
  const auto depth = last_depth_.find(row.symbol());
  const auto begun = begun_.find(row.symbol());
  const bool has_begun_now = begun != begun_.end() && minute - begun->second <= kMinute;
  if (state == "live" && !has_begun_now && (depth == last_depth_.end() || minute - depth->second > kMinute))
    find(now, fmt::format("{}: live at {} without an update for a minute", row.symbol(), to_iso8601(minute)));
}

void SimChecks::check_best(const MinuteRow& row, const OrderBook& book, UnixNanos now) {
  const exchange::MarketSource& source = venue_.source();
  const auto truth = source.book(source.find(row.symbol()))->at(book.last_update_id());
  if (!truth) return;
  for (const auto& [side, place] : {std::pair{Side::kBid, bid_column_}, std::pair{Side::kAsk, ask_column_}}) {
    const auto* told = std::get_if<Decimal>(&row.values[place]);
    const auto best = truth->best(side);
    if (told == nullptr || !best || *told != to_decimal(best->price, truth->scales()))
      find(now, fmt::format("{}: the row's best price is not the market's", row.symbol()));
  }
}

void SimChecks::compare_books(const collector::MarketPipeline& pipeline, UnixNanos now) {
  for (collector::InstrumentIndex i = 0; i < pipeline.size(); ++i)
    compare(pipeline.symbol(i), pipeline.builder(i).book(), now);
}

void SimChecks::compare(std::string_view symbol, const OrderBook& book, UnixNanos now) {
  if (book.last_update_id() < UpdateId{0}) return;
  const exchange::MarketSource& source = venue_.source();
  const exchange::TrueBook* present = source.book(source.find(symbol));
  const auto truth = present == nullptr ? std::nullopt : present->at(book.last_update_id());
  if (!truth) return;  // frozen for longer than the venue's book remembers
  ++compared_;
  for (const Side side : {Side::kBid, Side::kAsk}) compare_side(symbol, book, *truth, side, now);
}

// Inside K both have the same levels; outside, what is not suspect is as it is there. Either may have more decimals.
void SimChecks::compare_side(std::string_view symbol, const OrderBook& book, const exchange::TrueBook& truth, Side side,
                             UnixNanos now) {
  const Scales both{std::max(book.scales().price, truth.scales().price),
                    std::max(book.scales().quantity, truth.scales().quantity)};
  const std::int64_t our_price = power_of_ten(both.price - book.scales().price);
  const std::int64_t our_quantity = power_of_ten(both.quantity - book.scales().quantity);
  const std::int64_t their_price = power_of_ten(both.price - truth.scales().price);
  const std::int64_t their_quantity = power_of_ten(both.quantity - truth.scales().quantity);
  std::size_t ours_inside = 0;
  std::size_t wrong = 0;
  std::size_t wrong_outside = 0;
  book.side(side).walk([&](const BookLevel& level) {
    const bool inside = book.coverage().contains(level.price);
    ours_inside += static_cast<std::size_t>(inside);
    if (!inside && book.is_suspect(level)) return true;
    const std::int64_t price = level.price.units() * our_price;
    const Quantity there = price % their_price == 0 ? truth.quantity_at(side, Price{price / their_price}) : Quantity{};
    if (there.units() * their_quantity != level.quantity.units() * our_quantity) ++(inside ? wrong : wrong_outside);
    return true;
  });
  const auto theirs_inside = static_cast<std::size_t>(std::ranges::count_if(truth.levels(side), [&](const Level& l) {
    const std::int64_t price = l.price.units() * their_price;
    const std::int64_t below = price / our_price;
    const std::int64_t above = (price + our_price - 1) / our_price;
    return book.coverage().contains(Price{below}) && book.coverage().contains(Price{above});
  }));
  if (wrong > 0 || ours_inside != theirs_inside)
    find(now,
         fmt::format("{}: inside K {} levels are wrong, {} known of {}", symbol, wrong, ours_inside, theirs_inside));
  if (wrong_outside > 0) find(now, fmt::format("{}: outside K {} exact levels are wrong", symbol, wrong_outside));
}

void SimChecks::check_not_reset(const collector::MarketPipeline& pipeline, UnixNanos now) {
  seen_.resize(pipeline.size());
  for (collector::InstrumentIndex i = 0; i < pipeline.size(); ++i) {
    const OrderBook& book = pipeline.builder(i).book();
    const Seen next{book.level_count(Side::kBid) + book.level_count(Side::kAsk), book.epoch(), book.ghosts(),
                    pipeline.builder(i).sync().counters().gaps};
    const bool breaks = stream_changes_ || next.epoch != seen_[i].epoch || next.gaps != seen_[i].gaps;
    const std::uint64_t ghosts = next.ghosts - std::min(next.ghosts, seen_[i].ghosts);
    if (breaks && next.levels + kMostLostAtOnce + ghosts < seen_[i].levels)
      find(now,
           fmt::format("{}: {} of {} levels are left after a break", pipeline.symbol(i), next.levels, seen_[i].levels));
    seen_[i] = next;
  }
  stream_changes_ = false;
}

void SimChecks::after_call(const collector::Collector& collector, UnixNanos now) {
  check_not_reset(collector.pipeline(), now);
  if (now - looked_at_ < kLookEvery) return;
  looked_at_ = now;
  compare_books(collector.pipeline(), now);
  check_bounds(collector, now);
}

void SimChecks::check_bounds(const collector::Collector& collector, UnixNanos now) {
  const collector::Health health = collector.health(now);
  if (health.rest.queued > kMostQueuedRequests) find(now, fmt::format("{} requests wait", health.rest.queued));
  if (health.rest.in_flight > plan_.collector.timings.rest_in_flight)
    find(now, fmt::format("{} requests at once", health.rest.in_flight));
  if (health.connections.size() > kMostConnections * plan_.collector.lines)
    find(now, fmt::format("{} connections", health.connections.size()));
  const collector::MarketPipeline& pipeline = collector.pipeline();
  for (collector::InstrumentIndex i = 0; i < pipeline.size(); ++i) {
    const OrderBook& book = pipeline.builder(i).book();
    if (book.level_count(Side::kBid) + book.level_count(Side::kAsk) > kMostLevels ||
        book.memory_bytes() > kMostBookBytes)
      find(now, fmt::format("{}: a book of {} bytes", pipeline.symbol(i), book.memory_bytes()));
  }
}

void SimChecks::check_limits(UnixNanos now) {
  const exchange::CoreStats stats = venue_.stats();
  if (stats.refused_connects > 0) find(now, fmt::format("{} connection attempts too many", stats.refused_connects));
  if (stats.streams.closed_too_many_requests > 0) find(now, "cut off for too many messages a second");
  if (stats.streams.closed_too_many_streams > 0) find(now, "cut off for too many streams");
  const exchange::Faults& faults = venue_.faults();
  if (refusals_ > faults.hits(FaultKind::kAnswer429) + faults.hits(FaultKind::kAnswer418))
    find(now, "more request weight than the venue allows");
}

void SimChecks::at_end(const collector::Collector& collector, UnixNanos now) {
  compare_books(collector.pipeline(), now);
  check_limits(now);
  for (const auto& [symbol, levels] : levels_at_kill_)
    find(now, fmt::format("{}: a book of {} levels was not restored", symbol, levels));
  const collector::Health health = collector.health(now);
  for (const std::string& symbol : plan_.market.symbols) {
    const auto next = next_row_.find(symbol);
    if (next == next_row_.end() || next->second <= floor_to(now, kMinute) - kMinute)
      find(now, fmt::format("{}: rows are missing at the end", symbol));
  }
  if (plan_.calm && health.counters.gaps > 0) find(now, fmt::format("{} gaps on a calm day", health.counters.gaps));
  if (plan_.calm && warnings_ > 0) find(now, fmt::format("{} warnings on a calm day", warnings_));
}

void SimChecks::after_stop() {
  if (log_.replayed_rows() != csv_) find(plan_.end, "the recording gives other rows");
  for (const std::string& symbol : plan_.market.symbols) {
    std::string own;
    std::istringstream lines(csv_);
    for (std::string line; std::getline(lines, line);) {
      if (line.contains(fmt::format(",{},", symbol))) own += line + '\n';
    }
    if (log_.replayed_rows(symbol) != own) {
      find(plan_.end, fmt::format("what is recorded of {} gives other rows", symbol));
    }
  }
}

}  // namespace acts::sim

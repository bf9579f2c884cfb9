#include "simulation/sim_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "acts/features/feature.hpp"

#include "binance/venue_facts.hpp"

namespace acts::sim {
namespace {

using namespace std::chrono_literals;
using exchange::FaultKind;

constexpr Nanos kLookEvery = 11s;
constexpr Nanos kLiveBeforeEnd = 5min;
constexpr Nanos kStartUp = 3min;
constexpr Nanos kLongestPatience = 5min;     // of the collector: what a trouble does may show so much later
constexpr Nanos kMostLost = 5s;              // by a kill, so that the book that is restored is about the one that was
constexpr std::size_t kMostLostAtOnce = 60;  // levels that one update of this market deletes, at most
constexpr std::size_t kMostLevels = 20'000;
constexpr std::size_t kMostBookBytes = 8 * 1024 * 1024;
constexpr std::size_t kMostQueuedRequests = 16;
constexpr std::size_t kMostConnections = 8;  // where each symbol is on one line
constexpr std::size_t kMostLogBytes = 1024 * 1024;

std::size_t column(const RowSchema& schema, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(schema.columns, name, &Column::name) - schema.columns.begin());
}

// `price` has the decimals of `scales`, more or fewer than the book's.
bool covers(const OrderBook& book, Price price, Scales scales) {
  const int decimals = std::max(book.scales().price, scales.price);
  const std::int64_t units = price.units() * power_of_ten(decimals - scales.price);
  const std::int64_t ours = power_of_ten(decimals - book.scales().price);
  return book.coverage().contains(Price{units / ours}) && book.coverage().contains(Price{(units + ours - 1) / ours});
}

bool is_refusal(const HttpResponse& response) { return response.status == 429 || response.status == 418; }

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

// Whether prices lie in K, asked for from the best of a side on.
class Covered {
 public:
  Covered(const CoverageSet& coverage, Side side)
      : intervals_(coverage.intervals()), side_(side), next_(side == Side::kBid ? intervals_.size() : 0) {}
  bool operator()(Price price) {
    if (side_ == Side::kBid) {
      while (next_ > 0 && price < intervals_[next_ - 1].low) --next_;
      return next_ > 0 && price <= intervals_[next_ - 1].high;
    }
    while (next_ < intervals_.size() && price > intervals_[next_].high) ++next_;
    return next_ < intervals_.size() && price >= intervals_[next_].low;
  }

 private:
  std::span<const PriceInterval> intervals_;
  Side side_;
  std::size_t next_;  // bids: of the interval above it
};

std::size_t level_count(const OrderBook& book) { return book.level_count(Side::kBid) + book.level_count(Side::kAsk); }

}  // namespace

SimChecks::SimChecks(const SimPlan& plan, const exchange::VenueCore& venue, SimRecorder& recorder)
    : plan_(plan),
      venue_(venue),
      schema_(make_schema(plan.collector.bands)),
      log_(plan.market.venue, recorder),
      troubles_(troubles_of(plan)),
      looked_at_(plan.start) {
  state_column_ = column(schema_, "state");
  reason_column_ = column(schema_, "reason");
  bid_column_ = column(schema_, "best_bid");
  ask_column_ = column(schema_, "best_ask");
  for (const std::string_view side : {"coverage_bid_", "coverage_ask_"}) {
    const auto first =
        std::ranges::find_if(schema_.columns, [side](const Column& c) { return c.name.starts_with(side); });
    coverage_columns_.push_back(static_cast<std::size_t>(first - schema_.columns.begin()));
  }
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

// A book whose first snapshot is recorded is there in the next run. One that was to be restored, and whose symbol the
// run did not get to add, still is.
void SimChecks::on_kill(const collector::Collector& collector, UnixNanos kept_until, UnixNanos now) {
  next_row_.clear();
  live_at_.clear();
  troubles_.push_back({now, now});
  begun_.clear();
  seen_.clear();
  const collector::MarketPipeline& pipeline = collector.pipeline();
  for (collector::InstrumentIndex i = 0; i < pipeline.size(); ++i) {
    const std::string symbol(pipeline.symbol(i));
    const auto known = known_since_.find(symbol);
    if (known == known_since_.end() || known->second >= kept_until || now - kept_until > kMostLost) continue;
    // What is lost may be a snapshot, with all levels that it told for the first time.
    std::size_t levels = level_count(pipeline.builder(i).book());
    const auto& looks = looks_[symbol];
    for (std::size_t k = 0; k < looks.size(); ++k) {
      const bool is_over = k + 1 < looks.size() && looks[k + 1].time < kept_until;
      if (!is_over) levels = std::min(levels, looks[k].levels);
    }
    levels_at_kill_[symbol] = levels;
  }
  known_since_.clear();
  looks_.clear();
  listing_.clear();
  silent_until_ = {};  // the next process counts by a clock of its own: see on_arrival()
  std::erase_if(barred_, [&](const Barred& one) { return one.until <= now || is_unkept_[one.scope]; });
  logs_ += fmt::format("{} killed\n", to_iso8601(now));
}

void SimChecks::on_begin(UnixNanos now) {
  const auto holds = [now](const Barred& one) { return now < one.until; };
  begun_in_cooldown_ += static_cast<std::uint64_t>(std::ranges::any_of(barred_, holds));
}

void SimChecks::check_restored(std::string_view symbol, const binance::SavedBook& book, UnixNanos now) {
  ++books_restored_;
  if (book.last_update_received) begun_.erase(std::string(symbol));  // else the minute counts from the start again
  const auto before = levels_at_kill_.find(symbol);
  if (before == levels_at_kill_.end()) return;
  const std::size_t levels = book.book.bids.size() + book.book.asks.size();
  if (levels + kMostLostAtOnce < before->second)
    find(now, fmt::format("{}: a book of {} levels is restored, of {}", symbol, levels, before->second));
  levels_at_kill_.erase(before);
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

void SimChecks::on_reply(const exchange::RestReply& reply, UnixNanos now) {
  refusals_ += static_cast<std::uint64_t>(is_refusal(reply.response));
  const std::string_view used = reply.response.header("X-MBX-USED-WEIGHT-1M");
  int weight = 0;
  std::from_chars(used.data(), used.data() + used.size(), weight);
  if (weight > binance::limits(plan_.market.venue).request_weight)
    find(now, fmt::format("a request weight of {} within a minute", weight));
}

void SimChecks::on_answer(const HttpResponse& response, UnixNanos now) {
  if (!is_refusal(response)) return;
  refused_at_ = now;
  if (const auto wait = parse_retry_after(response.header("Retry-After"), now))
    silent_until_ = std::max(silent_until_, now + *wait);
}

void SimChecks::on_request(UnixNanos now) {
  if (now < silent_until_)
    find(now, fmt::format("a request, though none may be made before {}", to_iso8601(silent_until_)));
}

void SimChecks::on_arrival(collector::Cooldown::Scope scope, UnixNanos sent, UnixNanos now) {
  for (const Barred& one : barred_) {
    if (one.scope != scope || sent < one.since || now >= one.until) continue;
    find(now, fmt::format("{}: the venue is asked, though it has said not to before {}", to_string(scope),
                          to_iso8601(one.until)));
    return;
  }
}

bool SimChecks::on_refused(collector::Cooldown::Scope scope, const HttpResponse& response, UnixNanos replied,
                           UnixNanos now) {
  const auto wait = parse_retry_after(response.header("Retry-After"), replied);
  if (!is_refusal(response) || !wait) return false;
  std::erase_if(barred_, [now](const Barred& one) { return one.until <= now; });
  barred_.push_back({scope, now, replied + *wait});
  return true;
}

void SimChecks::on_clock_step(Nanos by) {
  for (Barred& one : barred_) one.until = one.until - std::max(by, Nanos{0});
}

// What the venue refuses by REST is no reason to end a stream.
void SimChecks::on_close(UnixNanos now) {
  if (now == refused_at_) find(now, "a connection is closed as a request is refused");
}

void SimChecks::on_text_sent(std::uint64_t connection, UnixNanos now) {
  std::deque<UnixNanos>& sent = sent_[connection];
  sent.push_back(now);
  while (sent.front() <= now - 1s) sent.pop_front();
  if (sent.size() > static_cast<std::size_t>(binance::limits(plan_.market.venue).control_messages_per_second))
    find(now, fmt::format("{} messages to the venue within a second", sent.size()));
}

void SimChecks::on_listing(const Listing& listing) { listing_ = listing; }

void SimChecks::on_log(const collector::Log& log, UnixNanos now) {
  if (log.level >= collector::LogLevel::kWarning) ++warnings_;
  if (logs_.size() < kMostLogBytes)
    logs_ += fmt::format("{} {} {} {}\n", to_iso8601(now), log.key, log.symbol, log.text);
}

void SimChecks::on_row(const MinuteRow& row, const collector::MarketPipeline& pipeline, UnixNanos now) {
  UnixNanos& next = next_row_[row.symbol()];
  if (row.sample_time() != next)
    find(now, fmt::format("{}: a row of {} where {} was next", row.symbol(), to_iso8601(row.sample_time()),
                          to_iso8601(next)));
  next = row.sample_time() + kMinute;
  const collector::InstrumentIndex index = pipeline.find(row.symbol());
  const OrderBook& book = pipeline.builder(index).book();
  compare(row.symbol(), book, now);
  check_state(row, now);
  check_stays_live(row, now);
  check_trading(row, now);
  check_suspects(row, book, now);
  if (std::get<std::string>(row.values[state_column_]) == "live") check_best(row, book, now);
}

// Beyond what a snapshot shows, levels from before a gap stay suspect until something is heard of them.
bool SimChecks::rests_on_suspects(const MinuteRow& row) const {
  return !plan_.whole_snapshots && row.values[state_column_] == Value(std::string("suspect")) &&
         row.values[reason_column_] == Value(std::string(to_string(Reason::kSuspectLevels)));
}

void SimChecks::check_state(const MinuteRow& row, UnixNanos now) {
  const auto& state = std::get<std::string>(row.values[state_column_]);
  const UnixNanos minute = row.sample_time();
  const bool must_live = minute >= plan_.end - kLiveBeforeEnd || (plan_.calm && minute >= plan_.start + kStartUp);
  if (must_live && state != "live" && (plan_.calm || !rests_on_suspects(row)))
    find(now, fmt::format("{}: {} at {}, when all is well", row.symbol(), state, to_iso8601(minute)));
  const auto depth = last_depth_.find(row.symbol());
  const auto begun = begun_.find(row.symbol());
  const bool has_begun_now = begun != begun_.end() && minute - begun->second <= kMinute;
  if (state != "live" || has_begun_now) return;
  if (depth == last_depth_.end() || minute - depth->second > kMinute)
    find(now, fmt::format("{}: live at {} without an update for a minute: the last came at {}", row.symbol(),
                          to_iso8601(minute), depth == last_depth_.end() ? "no time" : to_iso8601(depth->second)));
}

// Too little trust is a fault as well: what was true stays so while nothing happens.
void SimChecks::check_stays_live(const MinuteRow& row, UnixNanos now) {
  const UnixNanos minute = row.sample_time();
  UnixNanos& live_at = live_at_[row.symbol()];
  const bool was_live = live_at != UnixNanos{} && minute - live_at == kMinute;
  if (std::get<std::string>(row.values[state_column_]) == "live") live_at = minute;
  if (!was_live || !is_quiet(minute - kLongestPatience, minute)) return;
  ++kept_live_;
  if (live_at != minute && !rests_on_suspects(row))
    find(now, fmt::format("{}: {} at {}, though it was live and nothing has happened since", row.symbol(),
                          std::get<std::string>(row.values[state_column_]), to_iso8601(minute)));
}

bool SimChecks::is_quiet(UnixNanos from, UnixNanos to) const {
  return std::ranges::none_of(troubles_, [=](const Pause& one) { return one.from <= to && from <= one.to; });
}

// As the last list of symbols that came has it.
void SimChecks::check_trading(const MinuteRow& row, UnixNanos now) {
  const auto told = listing_.find(row.symbol());
  if (told == listing_.end()) return;
  const auto& state = std::get<std::string>(row.values[state_column_]);
  const bool must_be_halted = told->second.listed && told->second.halted;
  const bool may_be_halted = !told->second.listed || told->second.halted;
  if (must_be_halted ? state != "halted" : !may_be_halted && state == "halted")
    find(now, fmt::format("{}: {} at {}, though the venue says otherwise", row.symbol(), state,
                          to_iso8601(row.sample_time())));
}

// The largest band, decided anew: the row may only be live, or stale, where nothing in it is suspect.
void SimChecks::check_suspects(const MinuteRow& row, const OrderBook& book, UnixNanos now) {
  const auto bid = book.best(Side::kBid);
  const auto ask = book.best(Side::kAsk);
  const auto& state = std::get<std::string>(row.values[state_column_]);
  if (!bid || !ask || (state != "live" && state != "stale")) return;
  const int128 sum = static_cast<int128>(bid->price.units()) + ask->price.units();
  const BandList& bands = plan_.collector.bands;
  const Band& largest = bands[bands.by_width().back()];
  const Price low = largest.lowest_price(sum);
  const Price high = largest.highest_price(sum);
  std::size_t suspects = 0;
  for (const Side side : {Side::kBid, Side::kAsk}) {
    book.side(side).walk([&](const BookLevel& level) {
      if (level.price < low || level.price > high) return false;
      suspects += static_cast<std::size_t>(book.is_suspect(level));
      return true;
    });
  }
  if (suspects > 0)
    find(now, fmt::format("{}: {} at {} with {} suspect levels in its largest band", row.symbol(), state,
                          to_iso8601(row.sample_time()), suspects));
}

// A level outside K that nothing has touched is not known: then the row's coverage says so.
void SimChecks::check_best(const MinuteRow& row, const OrderBook& book, UnixNanos now) {
  const auto truth = truth_of(row.symbol(), book);
  if (!truth) return;
  for (const auto& [side, place] : {std::pair{Side::kBid, bid_column_}, std::pair{Side::kAsk, ask_column_}}) {
    const auto* told = std::get_if<Decimal>(&row.values[place]);
    const auto best = truth->best(side);
    const auto market = best ? std::optional(to_decimal(best->price, truth->scales())) : std::nullopt;
    if (told != nullptr && market && *told == *market) continue;
    const bool is_better = told != nullptr && market && (side == Side::kBid ? *market > *told : *market < *told);
    if (is_better && !covers(book, best->price, truth->scales()) && !is_covered(row)) continue;
    find(now, fmt::format("{}: the row's best {} at {} is {}, the market's {} after update {}", row.symbol(),
                          side == Side::kBid ? "bid" : "ask", to_iso8601(row.sample_time()),
                          told != nullptr ? to_string(*told) : "none", market ? to_string(*market) : "none",
                          book.last_update_id().value()));
  }
}

// All of the smallest band.
bool SimChecks::is_covered(const MinuteRow& row) const {
  return std::ranges::all_of(coverage_columns_, [&row](std::size_t place) {
    const auto* share = std::get_if<double>(&row.values[place]);
    return share != nullptr && *share >= 1.0;
  });
}

void SimChecks::compare_books(const collector::MarketPipeline& pipeline, UnixNanos now) {
  for (collector::InstrumentIndex i = 0; i < pipeline.size(); ++i)
    compare(pipeline.symbol(i), pipeline.builder(i).book(), now);
}

// None: it was frozen for longer than the venue's book remembers.
std::optional<exchange::TrueBook> SimChecks::truth_of(std::string_view symbol, const OrderBook& book) const {
  const exchange::MarketSource& source = venue_.source();
  const exchange::TrueBook* present = source.book(source.find(symbol));
  return present == nullptr ? std::nullopt : present->at(book.last_update_id());
}

void SimChecks::note_levels(const collector::MarketPipeline& pipeline, UnixNanos now) {
  for (collector::InstrumentIndex i = 0; i < pipeline.size(); ++i) {
    std::deque<Look>& looks = looks_[std::string(pipeline.symbol(i))];
    looks.push_back({now, level_count(pipeline.builder(i).book())});
    while (looks.size() > 1 && looks[1].time < now - kMostLost) looks.pop_front();
  }
}

void SimChecks::compare(std::string_view symbol, const OrderBook& book, UnixNanos now) {
  if (book.has_snapshot()) known_since_.try_emplace(std::string(symbol), now);
  if (book.last_update_id() < UpdateId{0}) return;
  const auto truth = truth_of(symbol, book);
  if (!truth) return;
  ++compared_;
  for (const Side side : {Side::kBid, Side::kAsk}) compare_side(symbol, book, *truth, side, now);
}

// Inside K both have the same levels; outside, what is not suspect is as it is there. Either may have more decimals.
// Both are gone through once, best first.
void SimChecks::compare_side(std::string_view symbol, const OrderBook& book, const exchange::TrueBook& truth, Side side,
                             UnixNanos now) {
  const Scales both{std::max(book.scales().price, truth.scales().price),
                    std::max(book.scales().quantity, truth.scales().quantity)};
  const std::int64_t our_price = power_of_ten(both.price - book.scales().price);
  const std::int64_t our_quantity = power_of_ten(both.quantity - book.scales().quantity);
  const std::int64_t their_price = power_of_ten(both.price - truth.scales().price);
  const std::int64_t their_quantity = power_of_ten(both.quantity - truth.scales().quantity);
  const auto is_better = [side](std::int64_t a, std::int64_t b) { return side == Side::kBid ? a > b : a < b; };
  std::size_t ours_inside = 0;
  std::size_t wrong = 0;
  std::size_t wrong_outside = 0;
  const std::span<const Level> theirs = truth.levels(side);  // best last
  std::size_t left = theirs.size();
  Covered covered(book.coverage(), side);
  book.side(side).walk([&](const BookLevel& level) {
    const bool inside = covered(level.price);
    ours_inside += static_cast<std::size_t>(inside);
    if (!inside && book.is_suspect(level)) return true;
    const std::int64_t price = level.price.units() * our_price;
    while (left > 0 && is_better(theirs[left - 1].price.units() * their_price, price)) --left;
    const bool is_there = left > 0 && theirs[left - 1].price.units() * their_price == price;
    const std::int64_t there = is_there ? theirs[left - 1].quantity.units() * their_quantity : 0;
    if (there != level.quantity.units() * our_quantity) ++(inside ? wrong : wrong_outside);
    return true;
  });
  std::size_t theirs_inside = 0;
  Covered covers_lower(book.coverage(), side);
  Covered covers_upper(book.coverage(), side);
  for (left = theirs.size(); left > 0; --left) {
    const std::int64_t price = theirs[left - 1].price.units() * their_price;
    const Price lower{price / our_price};
    const Price upper{(price + our_price - 1) / our_price};
    theirs_inside += static_cast<std::size_t>(covers_lower(lower) && covers_upper(upper));
  }
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
    // The venue's own book loses more at once where one update tells of much: of a new tick size, after a silence.
    const auto truth = breaks ? truth_of(pipeline.symbol(i), book) : std::nullopt;
    const std::size_t theirs = truth ? truth->level_count(Side::kBid) + truth->level_count(Side::kAsk) : SIZE_MAX;
    if (breaks && next.levels + kMostLostAtOnce + ghosts < std::min(seen_[i].levels, theirs))
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

}  // namespace acts::sim

#include "simulation/sim_plan.hpp"

#include <algorithm>
#include <chrono>

#include "exchange/random.hpp"

namespace acts::sim {
namespace {

using namespace std::chrono_literals;
using exchange::FaultKind;
using exchange::FaultRule;
using exchange::Random;

constexpr Nanos kMarketTime = 2h;
constexpr Nanos kFaultTime = 90min;  // the rest is calm: longer than any patience of the collector
constexpr std::int64_t kCalmOneIn = 12;
constexpr std::uint64_t kSeedOfLines = 0x6C69'6E65'73;
// Trades only remove what is suspect: many of them would be most of the messages.
constexpr std::int64_t kTradeOneIn = 10;
constexpr std::uint64_t kSeedOfTrades = 0x7472616465;
constexpr std::uint64_t kSeedOfDisk = 0x6469'736B;
constexpr std::uint64_t kSeedOfQueue = 0x7175'6575'65;
constexpr std::uint64_t kSeedOfClock = 0x636C'6F63'6B;
constexpr std::uint64_t kSeedOfRefusals = 0x3432'39;
constexpr std::uint64_t kSeedOfRows = 0x726F'7773;
constexpr int kSinks = 2;

Nanos between(Random& random, Nanos least, Nanos most) {
  return least + Nanos{random.below((most - least).count() + 1)};
}

bool is_of_messages(FaultKind kind) { return kind >= FaultKind::kLose && kind <= FaultKind::kCorrupt; }
bool is_of_answers(FaultKind kind) { return kind >= FaultKind::kAnswer429 && kind <= FaultKind::kAnswerStale; }

void draw_times(Random& random, FaultRule& rule) {
  rule.at = between(random, 30s, kFaultTime - 15min);
  const Nanos left = kFaultTime - rule.at;
  if (facts_of(rule.kind).is_moment) {
    if (rule.kind == FaultKind::kList) return;
    rule.every = between(random, 30s, 20min);
    rule.times = 1 + static_cast<std::uint64_t>(random.below(left / *rule.every + 1));
    if (*rule.every * static_cast<std::int64_t>(*rule.times - 1) > left) rule.times = 1;
    return;
  }
  rule.lasts = between(random, 1s, std::min<Nanos>(left, random.one_in(3) ? Nanos(15min) : Nanos(1min)));
  if (random.one_in(2)) {
    rule.every = *rule.lasts + between(random, 1s, 10min);
    rule.times = static_cast<std::uint64_t>(1 + std::max<std::int64_t>(0, (left - *rule.lasts) / *rule.every));
  }
}

void draw_parameters(Random& random, FaultRule& rule) {
  constexpr std::int64_t kCodes[]{0, 1000, 1001, 1008, 1011};
  constexpr int kStatuses[]{0, 403, 429, 503};
  switch (rule.kind) {
    case FaultKind::kClose: rule.code = static_cast<int>(kCodes[random.below(5)]); break;
    case FaultKind::kHalfOpen:
      if (random.one_in(2)) rule.lasts = between(random, 10s, *rule.every);
      break;
    case FaultKind::kHugeMessage: rule.bytes = 100'000; break;  // more than the simulated client takes
    case FaultKind::kRefuseConnection: rule.code = kStatuses[random.below(4)]; break;
    case FaultKind::kDelay: rule.by = between(random, 10ms, 5s); break;
    case FaultKind::kAnswerLate: rule.by = between(random, 100ms, 45s); break;
    case FaultKind::kAnswerStale: rule.by = between(random, 500ms, 30s); break;
    case FaultKind::kClockSkew: rule.by = between(random, 1ms, 4s) - 2s; break;
    case FaultKind::kTickSize: rule.tick_size = Decimal{1, static_cast<int>(1 + random.below(8))}; break;
    default: break;
  }
  rule.retry_after = between(random, 1s, 3min);
}

void draw_targets(Random& random, FaultRule& rule, const std::vector<std::string>& symbols) {
  const std::string_view takes = facts_of(rule.kind).takes;
  const bool needs_symbol = facts_of(rule.kind).needs.contains("symbols");
  if (needs_symbol || (takes.contains("symbols") && random.one_in(2)))
    rule.symbols = {symbols[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(symbols.size())))]};
  if (is_of_messages(rule.kind)) {
    constexpr double kRates[]{0.0005, 0.01, 0.2, 1};
    rule.probability = kRates[random.below(4)];
  } else if (is_of_answers(rule.kind) || takes.contains("probability")) {
    constexpr double kRates[]{0.2, 0.5, 1};
    rule.probability = kRates[random.below(3)];
  }
}

exchange::FaultPlan draw_faults(Random& random, std::uint64_t seed, const std::vector<std::string>& symbols) {
  exchange::FaultPlan plan;
  plan.seed = seed;
  const std::int64_t density = 2 + random.below(10);  // one kind in so many
  for (const exchange::FaultFacts& facts : exchange::fault_facts()) {
    if (!random.one_in(density)) continue;
    FaultRule rule;
    rule.kind = facts.kind;
    draw_times(random, rule);
    draw_targets(random, rule, symbols);
    draw_parameters(random, rule);
    plan.rules.push_back(std::move(rule));
  }
  return plan;
}

void draw_network(Random& random, SimPlan& plan) {
  plan.latency = between(random, 1ms, 150ms);
  plan.jitter = between(random, 0ms, 50ms);
  if (plan.calm) return;
  for (std::int64_t left = random.below(4); left > 0; --left) {
    const UnixNanos from = plan.start + between(random, 1min, kFaultTime - 16min);
    plan.outages.push_back({from, from + (random.one_in(2) ? between(random, 1s, 15s) : between(random, 15s, 15min))});
  }
  if (random.one_in(3)) {
    const UnixNanos from = plan.start + between(random, 1min, 20min);
    plan.sleeps.push_back(
        {from, from + (random.one_in(2) ? between(random, 1s, 5min) : between(random, 58min, 65min))});
  }
}

void draw_kills(Random& random, SimPlan& plan) {
  UnixNanos at = plan.start;
  for (std::int64_t left = 1 + random.below(3); left > 0; --left) {
    at = at + between(random, 10s, 25min);
    const Kill kill{at, random.one_in(2), random.one_in(2) ? between(random, 0ms, 2s) : between(random, 2s, 9min)};
    at = at + kill.down;
    if (at >= plan.faults_end) break;
    plan.kills.push_back(kill);
  }
}

void draw_kills_when_refused(Random& random, KillsWhenRefused& kills) {
  kills.times = static_cast<std::uint64_t>(1 + random.below(3));
  kills.after = random.one_in(2) ? between(random, 0ms, 100ms) : between(random, 100ms, 10s);
  kills.power_cut = random.one_in(2);
  kills.down = random.one_in(2) ? between(random, 0ms, 2s) : between(random, 2s, 30s);
}

// Whoever is killed as it sleeps sleeps no more, and the next process does not begin with it.
void end_sleeps_at_kills(SimPlan& plan) {
  for (const Kill& kill : plan.kills) {
    const UnixNanos again = kill.at + kill.down;
    for (Pause& one : plan.sleeps) {
      if (one.from < kill.at) one.to = std::min(one.to, kill.at);
    }
    std::erase_if(plan.sleeps, [&](const Pause& one) { return one.from >= kill.at && one.from <= again; });
  }
}

// Each step is taken back. A clock that was ahead goes at half speed for twice as long then, and is right before all is
// to be well. A process that is killed meanwhile begins anew with the clock as it is then.
void draw_clock(Random& random, SimPlan& plan) {
  UnixNanos at = plan.start;
  for (std::int64_t left = 1 + random.below(2); left > 0; --left) {
    const Nanos by = random.one_in(2) ? between(random, 10ms, 90s) : between(random, 90s, 8min);
    const Nanos step = random.one_in(2) ? by : -by;
    at = at + between(random, 1min, 12min);
    plan.clock_steps.push_back({at, step});
    at = at + between(random, 1s, 8min);
    plan.clock_steps.push_back({at, -step});
    at = at + 2 * by;
  }
}

void draw_disk(Random& random, SimPlan& plan) {
  UnixNanos at = plan.start;
  for (std::int64_t left = random.below(4); left > 0; --left) {
    DiskTrouble trouble;
    trouble.kind = static_cast<DiskTrouble::Kind>(random.below(3));
    trouble.fails_one_in = 1 + random.below(20);
    at = at + between(random, 0s, 20min);
    trouble.when.from = at;
    at = at + (random.one_in(2) ? between(random, 1s, 15s) : between(random, 15s, 5min));
    trouble.when.to = at;
    plan.disk_troubles.push_back(trouble);
  }
}

SinkTrouble draw_sink_trouble(Random& random, UnixNanos from) {
  SinkTrouble trouble;
  trouble.kind = static_cast<SinkTrouble::Kind>(random.below(3));
  trouble.fails_one_in = 1 + random.below(4);
  trouble.takes = between(random, 1s, 20s);
  const Nanos lasts = random.one_in(2) ? between(random, 10s, 2min) : between(random, 2min, 30min);
  trouble.when = {from, from + lasts};
  return trouble;
}

void draw_rows(Random& random, SimPlan& plan) {
  for (int i = 0; i < kSinks; ++i) {
    SinkPlan sink;
    sink.names_rows = random.one_in(2);
    UnixNanos at = plan.start;
    for (std::int64_t left = plan.calm ? 0 : random.below(5); left > 0; --left) {
      sink.troubles.push_back(draw_sink_trouble(random, at + between(random, 0s, 15min)));
      at = sink.troubles.back().when.to;
    }
    if (!plan.calm && random.one_in(3)) sink.refuses_one_in = 2 + random.below(20);
    plan.rows.sinks.push_back(std::move(sink));
  }
  if (plan.calm || !random.one_in(3)) return;
  const UnixNanos from = plan.start + between(random, 1min, 80min);
  plan.rows.standing.push_back({from, from + between(random, 1s, 10min)});
}

// Each time of a rule.
void add_times(std::vector<Pause>& troubles, const SimPlan& plan, const FaultRule& rule) {
  const std::uint64_t times = rule.every ? rule.times.value_or(kMarketTime / *rule.every + 1) : 1;
  const Nanos open_end = facts_of(rule.kind).is_moment ? Nanos{0} : rule.every.value_or(kMarketTime);
  for (std::uint64_t i = 0; i < times; ++i) {
    const UnixNanos from = plan.start + rule.at + rule.every.value_or(Nanos{0}) * static_cast<std::int64_t>(i);
    troubles.push_back({from, from + rule.lasts.value_or(open_end) + std::max(rule.by, Nanos{0})});
  }
}

}  // namespace

std::vector<Pause> troubles_of(const SimPlan& plan) {
  std::vector<Pause> troubles = plan.outages;
  troubles.insert(troubles.end(), plan.sleeps.begin(), plan.sleeps.end());
  for (const FaultRule& rule : plan.faults.rules) add_times(troubles, plan, rule);
  for (const Kill& kill : plan.kills) troubles.push_back({kill.at, kill.at + kill.down});
  for (std::size_t i = 0; i + 1 < plan.clock_steps.size(); i += 2) {
    const ClockStep& back = plan.clock_steps[i + 1];
    troubles.push_back({plan.clock_steps[i].at, back.at + 2 * std::max(back.by, -back.by)});
  }
  for (const DiskTrouble& trouble : plan.disk_troubles) troubles.push_back(trouble.when);
  return troubles;
}

SimPlan draw_plan(std::uint64_t seed) {
  Random random(seed);
  SimPlan plan;
  plan.seed = seed;
  plan.calm = random.one_in(kCalmOneIn);
  const Venue venue = random.one_in(3) ? Venue::kBinanceUsdm : Venue::kBinanceSpot;
  plan.start = parse_iso8601("2026-03-01T22:30:10").value() + between(random, 0s, 1h);
  plan.faults_end = plan.start + kFaultTime;
  plan.end = plan.start + kMarketTime;

  plan.market.venue = venue;
  plan.market.seed = seed;
  plan.market.symbols = {"BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT"};
  plan.market.levels = 150 + static_cast<std::size_t>(random.below(150));
  plan.market.update_interval = venue == Venue::kBinanceSpot ? 1000ms : 500ms;
  plan.market.changes_per_update = 4;
  plan.market.depth_and_trades_only = true;
  plan.market.drift_ticks_per_second = random.below(4);
  plan.market.start = floor_to(plan.start, 1ms);
  if (!plan.calm) plan.faults = draw_faults(random, seed, plan.market.symbols);

  plan.collector.venue = venue;
  plan.collector.symbols = plan.market.symbols;
  plan.collector.streams = {"depth", "trade"};
  plan.collector.update_interval = plan.market.update_interval;
  plan.whole_snapshots = random.one_in(2);
  plan.collector.limit = plan.whole_snapshots ? 500 : venue == Venue::kBinanceSpot ? 100 : 50;
  plan.collector.connections = 1 + static_cast<std::size_t>(random.below(2));
  plan.collector.seed = seed;
  plan.collector.timings.renew_after = between(random, 20min, 50min);
  plan.collector.timings.renew_jitter = 5min;
  if (random.one_in(3)) plan.collector.refresh_interval = between(random, 1min, 10min);
  // Of its own: what else a seed is does not depend on them.
  Random more(seed ^ kSeedOfLines);
  if (more.one_in(3)) plan.collector.lines = 2;
  plan.collector.audit_interval = between(more, 2min, 15min);
  Random of_trades(seed ^ kSeedOfTrades);
  plan.market.trades_per_step = static_cast<std::size_t>(of_trades.one_in(2));
  plan.market.trade_one_in = kTradeOneIn;
  draw_network(random, plan);
  plan.collector.checkpoint_interval = between(random, 1min, 10min);
  if (!plan.calm && random.one_in(2)) draw_kills(random, plan);
  end_sleeps_at_kills(plan);
  Random of_refusals(seed ^ kSeedOfRefusals);
  if (!plan.calm) draw_kills_when_refused(of_refusals, plan.kills_when_refused);
  Random of_disk(seed ^ kSeedOfDisk);
  if (!plan.calm && of_disk.one_in(2)) draw_disk(of_disk, plan);
  Random of_queue(seed ^ kSeedOfQueue);  // little enough for some of those troubles to fill it
  if (!plan.calm) plan.max_queued_bytes = static_cast<std::size_t>((8 + of_queue.below(248)) << 10);
  Random of_clock(seed ^ kSeedOfClock);
  if (!plan.calm && of_clock.one_in(3)) draw_clock(of_clock, plan);
  Random of_rows(seed ^ kSeedOfRows);
  draw_rows(of_rows, plan);
  return plan;
}

}  // namespace acts::sim

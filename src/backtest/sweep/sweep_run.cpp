#include "backtest/sweep/sweep_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_set>
#include <utility>

#include "backtest/account_book.hpp"
#include "backtest/announcements.hpp"
#include "backtest/assumptions.hpp"
#include "backtest/bars/bar_backtest.hpp"
#include "backtest/bars/bar_sweep.hpp"
#include "backtest/money.hpp"
#include "backtest/open_instruments.hpp"
#include "backtest/run_identity.hpp"
#include "backtest/run_json.hpp"
#include "backtest/run_text.hpp"
#include "backtest/sweep/book_sweep.hpp"
#include "backtest/sweep/set_maker.hpp"
#include "backtest/sweep/set_recorder.hpp"
#include "history/signature.hpp"

namespace acts::backtest {
namespace {

// Parameter sets that go over the data together.
struct Pass {
  bool is_first = true;  // the only one that tells of problems: the others have the same
  std::vector<SweepRow> rows = {};
  // Of each of them; null: it could not even be made.
  std::vector<std::unique_ptr<Strategy>> strategies = {};
  std::vector<std::string> features = {};  // that any of them wants
  ReadMarkets read = {};                   // of books
  std::vector<bool> told_features = {};    // as SweepReport's
  std::uint64_t missing_bars = 0;
};

void add_told(std::vector<bool>& all, const std::vector<bool>& told) {
  all.resize(std::max(all.size(), told.size()));
  for (std::size_t i = 0; i < told.size(); ++i) all[i] = all[i] || told[i];
}

// Why the strategy does not take this combination, if so; else it is in the pass.
Result<std::optional<std::string>> add_set(Pass& pass, const SweepRequest& request, const SetMaker& maker,
                                           std::size_t i) {
  Result<MadeSet> made = maker.set(i);
  if (made) {
    const Result<void> fits = check_wants(made->wants, request.settings, maker.stored());
    if (!fits) return fits.error().message;
    for (std::string& name : made->wants.features) {
      if (std::ranges::find(pass.features, name) == pass.features.end()) pass.features.push_back(std::move(name));
    }
    pass.rows.push_back({.number = i + 1});
    pass.strategies.push_back(std::move(made->strategy));
    return std::nullopt;
  }
  if (made.error().code == ErrorCode::kUsage) return made.error().message;
  if (!is_of_set(made.error())) return of_set(i + 1, made.error());
  pass.rows.push_back({.number = i + 1, .error = failure_line(made.error().message)});
  pass.strategies.push_back(nullptr);
  return std::nullopt;
}

// The rows of those sets that can be run, and their strategies, taken out of the pass.
struct RunnableSets {
  std::vector<SweepRow*> rows = {};
  std::vector<std::unique_ptr<Strategy>> strategies = {};
};

RunnableSets runnable_sets(Pass& pass) {
  RunnableSets sets;
  for (std::size_t i = 0; i < pass.rows.size(); ++i) {
    if (pass.strategies[i] == nullptr) continue;
    sets.rows.push_back(&pass.rows[i]);
    sets.strategies.push_back(std::move(pass.strategies[i]));
  }
  return sets;
}

SetTotals totals_of(const BarTotals& totals, const BacktestInstrument& instrument) {
  SetTotals all{.rows = totals.bars,
                .orders = totals.orders,
                .fills = totals.fills,
                .position = held(totals.positions.front(), instrument.scales.quantity),
                .equity = totals.equity,
                .max_drawdown = totals.max_drawdown,
                .turnover = totals.turnover,
                .closes = totals.closes};
  for (const Position& position : totals.positions) {
    all.balance = plus(all.balance, position.cash);
    all.fee = plus(all.fee, position.fee);
    all.funding = plus(all.funding, position.funding);
  }
  return all;
}

Result<void> run_bar_pass(Pass& pass, const SweepRequest& request, const std::vector<BacktestInstrument>& instruments) {
  const BacktestSettings& settings = request.settings;
  std::vector<std::unique_ptr<BarReader>> readers;
  std::vector<const BarReader*> read;
  for (std::uint32_t i = 0; i < instruments.size(); ++i) {
    Result<std::unique_ptr<BarReader>> bars = open_bars(settings.instruments[i], instruments[i], InstrumentId{i});
    if (!bars) return of_instrument(settings, instruments[i], bars.error());
    read.push_back(bars->get());
    readers.push_back(*std::move(bars));
  }
  BarBlocks blocks(std::move(readers));
  Result<BarRunOptions> options = bar_run_options(settings, instruments, pass.features);
  if (!options) return std::unexpected(options.error());
  options->capital = request.capital;
  RunnableSets sets = runnable_sets(pass);
  std::vector<std::size_t> numbers;
  numbers.reserve(sets.rows.size());
  for (const SweepRow* const row : sets.rows) numbers.push_back(row->number);
  Result<BarSweep> sweep = BarSweep::make(*options, std::move(sets.strategies), numbers);
  if (!sweep) return std::unexpected(sweep.error());
  if (Result<void> done = sweep->run(blocks, request.threads); !done) return done;
  for (const BarReader* const of : read) pass.missing_bars += of->missing();
  for (std::size_t i = 0; i < sets.rows.size(); ++i) {
    if (const std::optional<Error>& failure = sweep->failure(i)) {
      sets.rows[i]->error = failure_line(failure->message);
    } else {
      const BarTotals totals = sweep->totals(i);
      sets.rows[i]->totals = totals_of(totals, instruments.front());
      add_told(pass.told_features, totals.told_features);
    }
  }
  return {};
}

// What each pass reads. `has_gaps`: of the catalog's updates that means to read them once more.
Result<ReadMarkets> read_of(const BacktestSettings& settings, const std::vector<BacktestInstrument>& instruments,
                            const std::vector<OpenMarket>& markets, bool has_gaps) {
  ReadMarkets read;
  for (std::size_t i = 0; i < markets.size(); ++i) {
    ReadData& of =
        read.instruments.emplace_back(ReadData{.name = instruments[i].name,
                                               .facts = markets[i].feed->facts(),
                                               .latency_covered = markets[i].latency_covered,
                                               .funding_times = funding_times(settings.instruments[i], markets[i]),
                                               .problems = *markets[i].problems});
    if (markets[i].recording != nullptr) of.unreadable_announcements = markets[i].recording->funding().refused();
    if (!has_gaps) continue;
    auto gaps = gaps_of(markets[i], settings.instruments[i].from);
    if (!gaps) return of_instrument(settings, instruments[i], gaps.error());
    of.gaps = *std::move(gaps);
  }
  return read;
}

// Once the sets of the pass have gone through it.
void add_ends(ReadMarkets& read, const BookSweep& sweep) {
  for (std::size_t set = 0; set < sweep.size(); ++set) {
    if (sweep.failure(set)) continue;
    if (read.end == UnixNanos{}) {
      read.begin = sweep.end(set).begin;
      read.end = sweep.end(set).end;
    }
    for (std::size_t i = 0; i < read.instruments.size(); ++i) {
      std::uint64_t& missed = read.instruments[i].missed_fundings;
      missed = std::max(missed, sweep.end(set).missed_fundings[i]);
    }
  }
}

// Each pass reads the same, of which the first alone tells gaps and problems.
void keep_read(ReadMarkets& all, ReadMarkets pass) {
  for (std::size_t i = 0; i < all.instruments.size(); ++i) {
    ReadData& of = pass.instruments[i];
    of.missed_fundings = std::max(of.missed_fundings, all.instruments[i].missed_fundings);
    of.gaps = std::move(all.instruments[i].gaps);
    of.problems = std::move(all.instruments[i].problems);
  }
  // Where all its sets have failed nobody knows.
  if (pass.end == UnixNanos{}) {
    pass.begin = all.begin;
    pass.end = all.end;
  }
  all = std::move(pass);
}

Result<void> run_book_pass(Pass& pass, const SweepRequest& request,
                           const std::vector<BacktestInstrument>& instruments) {
  const BacktestSettings& settings = request.settings;
  const auto on_problem = pass.is_first ? request.on_problem : nullptr;
  Result<OpenInstruments> open = open_instruments(settings, instruments, on_problem, pass.features);
  if (!open) return std::unexpected(open.error());
  if (Result<void> few = check_samples(settings.sample, open->markets); !few) return few;
  std::vector<MarketFeed*> feeds;
  std::vector<Scales> scales;
  for (const InstrumentSetup& setup : open->setups) {
    feeds.push_back(setup.feed);
    scales.push_back(setup.instrument.scales);
  }
  std::vector<std::unique_ptr<SetRecorder>> recorders;
  std::deque<AccountBook> accounts;
  const RunnableSets runnable = runnable_sets(pass);
  std::vector<BookSet> sets;
  for (std::size_t i = 0; i < runnable.rows.size(); ++i) {
    recorders.push_back(std::make_unique<SetRecorder>(scales, request.capital));
    Result<AccountBook> book = AccountBook::make(settings, instruments);
    if (!book) return std::unexpected(book.error());
    accounts.push_back(*std::move(book));
    sets.push_back({.number = runnable.rows[i]->number,
                    .strategy = runnable.strategies[i].get(),
                    .listener = recorders.back().get(),
                    .accounts = &accounts.back()});
  }
  BookSweep sweep(std::move(open->setups), engine_options(settings, true), std::move(sets));
  if (Result<void> done = sweep.run(feeds, request.threads); !done) return done;
  Result<ReadMarkets> read = read_of(settings, instruments, open->markets, pass.is_first);
  if (!read) return std::unexpected(read.error());
  pass.read = *std::move(read);
  add_ends(pass.read, sweep);
  std::uint64_t rows = 0;
  for (const ReadData& of : pass.read.instruments) rows += of.facts.rows;
  for (std::size_t i = 0; i < runnable.rows.size(); ++i) {
    SweepRow& row = *runnable.rows[i];
    if (const std::optional<Error>& failure = sweep.failure(i)) {
      row.error = failure_line(failure->message);
      continue;
    }
    row.totals = recorders[i]->totals(sweep.end(i));
    row.totals.rows = rows;
    add_told(pass.told_features, sweep.end(i).told_features);
  }
  return {};
}

// Of a sweep whose sets were all done before nothing has been read, and what it tells is the same.
Result<SweepReport> with_data(SweepReport report, const SweepRequest& request,
                              const std::vector<BacktestInstrument>& instruments) {
  const BacktestSettings& settings = request.settings;
  if (settings.is_bars) {
    for (std::uint32_t i = 0; i < instruments.size(); ++i) {
      Result<std::unique_ptr<BarReader>> bars = open_bars(settings.instruments[i], instruments[i], InstrumentId{i});
      Bar bar;
      Result<bool> there = bars ? (*bars)->next(bar) : std::unexpected(bars.error());
      while (there && *there) there = (*bars)->next(bar);
      if (!there) return of_instrument(settings, instruments[i], there.error());
      report.missing_bars += (*bars)->missing();
    }
    return report;
  }
  const Result<OpenInstruments> open = open_instruments(settings, instruments, request.on_problem, {});
  if (!open) return std::unexpected(open.error());
  Result<ReadMarkets> read = read_of(settings, instruments, open->markets, true);
  if (!read) return std::unexpected(read.error());
  report.read = *std::move(read);
  return report;
}

void note_failures(SweepReport& report, std::span<const SweepRow> rows) {
  for (const SweepRow& row : rows) {
    if (!row.error.empty()) report.failures.add(row.number, row.error);
  }
}

}  // namespace

std::size_t sets_of_pass(const SweepRequest& request, std::uint64_t rows) {
  if (request.sets_a_pass) return *request.sets_a_pass;
  if (request.isolate) return kIsolatedSetsAPass;
  const bool is_bars = request.settings.is_bars;
  const std::size_t most = is_bars ? kMostBarSetsAPass : kMostBookSetsAPass;
  const std::size_t least = std::min(most, is_bars ? kLeastBarSetsAPass : kLeastBookSetsAThread * request.threads);
  return rows == 0 ? least : std::clamp<std::size_t>(kRowsOfPass / rows, least, most);
}

Result<SweepReport> run_sweep(const SweepRequest& request, const SweepPassTaker& on_pass) {
  if (Result<void> one = check_one_asset(request.settings, "each set of a sweep has"); !one) {
    return std::unexpected(one.error());
  }
  const Result<std::vector<BacktestInstrument>> instruments = backtest_instruments(request.settings);
  if (!instruments) return std::unexpected(instruments.error());
  const Result<SetMaker> maker = SetMaker::make(request);
  if (!maker) return std::unexpected(maker.error());
  const Result<std::vector<std::size_t>> plan = plan_sweep(request.axes, request.count, request.seed);
  if (!plan) return std::unexpected(plan.error());
  const bool is_bars = request.settings.is_bars;
  const std::unordered_set<std::size_t> done(request.done.begin(), request.done.end());
  SweepReport report;
  bool has_read = false;
  std::uint64_t rows = 0;
  Pass pass;
  for (std::size_t k = 0; k < plan->size(); ++k) {
    const std::size_t number = (*plan)[k] + 1;
    Result<std::optional<std::string>> refusal;
    if (!done.contains(number)) refusal = add_set(pass, request, *maker, (*plan)[k]);
    if (!refusal) return std::unexpected(refusal.error());
    if (!*refusal) {
      ++report.sets;
    } else if (report.refused++ == 0) {
      report.refusal = **std::move(refusal);
    }
    const bool is_last = k + 1 == plan->size();
    if (pass.rows.empty() || (!is_last && pass.rows.size() < sets_of_pass(request, rows))) continue;
    pass.is_first = !has_read;
    if (std::ranges::any_of(pass.strategies, [](const auto& strategy) { return strategy != nullptr; })) {
      const Result<void> ran =
          is_bars ? run_bar_pass(pass, request, *instruments) : run_book_pass(pass, request, *instruments);
      if (!ran) return std::unexpected(ran.error());
      has_read = true;
      keep_read(report.read, std::move(pass.read));
      add_told(report.told_features, pass.told_features);
      report.missing_bars = pass.missing_bars;
    }
    note_failures(report, pass.rows);
    for (const SweepRow& row : pass.rows) rows = std::max(rows, row.totals.rows);
    if (Result<void> told = on_pass(pass.rows); !told) return std::unexpected(told.error());
    pass = {};
  }
  if (report.sets > 0 && !has_read) return with_data(std::move(report), request, *instruments);
  if (report.sets > 0) return report;
  return fail(ErrorCode::kUsage, report.refused > 0 ? report.refusal : "[sweep] has a parameter without values");
}

Result<SweepIdentity> sweep_identity(const SweepRequest& request, std::string_view version,
                                     std::string_view configuration) {
  const Result<std::vector<DataFile>> files = known_files(request.settings);
  if (!files) return std::unexpected(files.error());
  // What is done holds closes with the capital.
  std::string text = request.capital.units == 0 ? "" : fmt::format("capital {}\n", to_string(request.capital));
  // Which sets fail depends on it.
  if (request.isolate) text += fmt::format("isolate {}\n", to_string(request.isolate->timeout));
  text += fmt::format("{}\n{}\n{}\n{}\n", version, request.settings.strategy,
                      request.count ? fmt::format("{}", *request.count) : "all", request.seed);
  for (const DataFile& file : *files) text += file.sha256 + "\n";
  return SweepIdentity{.id = history::sha256_of(text + std::string(configuration)), .data = data_json(*files)};
}

std::string sweep_run_json(const SweepRequest& request, const SweepOrigin& origin, const SweepReport& report,
                           const SetFailures& failures) {
  JsonMembers members{{"assumptions", assumptions_json(assumptions_of(request.settings))},
                      {"configuration", json_text(origin.configuration)},
                      {"configuration_file", json_text(origin.configuration_file)},
                      {"data", origin.identity.data},
                      {"failed", fmt::format("{}", failures.count)},
                      {"failure", failures.count == 0 ? "null" : json_text(failures.error)},
                      {"id", json_text(origin.identity.id)},
                      {"random", request.count ? fmt::format("{}", *request.count) : "null"},
                      {"refused", fmt::format("{}", report.refused)},
                      {"seed", fmt::format("{}", request.seed)},
                      {"strategy", json_text(request.settings.strategy)},
                      {"version", json_text(origin.version)}};
  if (request.settings.is_bars) {
    members["missing_bars"] = fmt::format("{}", report.missing_bars);
    return object_json(members);
  }
  const std::optional<DataGaps> gaps = data_gaps(report.read.instruments);
  members["gaps"] = gaps_json(gaps);
  members["gap_minutes"] = gap_minutes_json(gaps);
  const std::optional<DataTradeGaps> trade_gaps = data_trade_gaps(report.read.instruments);
  members["trade_gaps"] = trade_gaps_json(trade_gaps);
  members["missing_trades"] = missing_trades_json(trade_gaps);
  members["problems"] = problems_json(sum_of(report.read.instruments));
  return object_json(members);
}

}  // namespace acts::backtest

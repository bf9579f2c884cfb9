#include "backtest/run_backtest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "backtest/account_book.hpp"
#include "backtest/announcements.hpp"
#include "backtest/instrument_setup.hpp"
#include "backtest/money.hpp"
#include "backtest/open_instruments.hpp"
#include "backtest/run_folder.hpp"
#include "backtest/run_identity.hpp"
#include "backtest/run_json.hpp"
#include "backtest/run_strategy.hpp"
#include "backtest/scenario_runs.hpp"
#include "backtest/strategy_library.hpp"

namespace acts::backtest {
namespace {

// What an engine runs over, and what lives as long as it.
struct OpenRun {
  AccountBook accounts;
  OpenInstruments instruments;
};

Result<OpenRun> open_run(const RunRequest& request, const PreparedRun& prepared) {
  auto accounts = AccountBook::make(request.settings, prepared.instruments);
  if (!accounts) return std::unexpected(accounts.error());
  const auto cut = request.compared ? std::optional(request.compared->cut) : std::nullopt;
  auto instruments =
      open_instruments(request.settings, prepared.instruments, request.on_problem, prepared.features, cut);
  if (!instruments) return std::unexpected(instruments.error());
  for (std::uint32_t i = 0; i < instruments->setups.size(); ++i) {
    join(instruments->setups[i], accounts->of(InstrumentId{i}));
  }
  return OpenRun{*std::move(accounts), *std::move(instruments)};
}

bool has_one_asset(const RunReport& report) {
  return std::ranges::all_of(report.instruments, [&report](const InstrumentReport& of) {
    return of.asset == report.instruments.front().asset;
  });
}

std::optional<Decimal> equity_of(const RunReport& report) {
  if (!has_one_asset(report)) return std::nullopt;
  Decimal sum;
  for (const InstrumentReport& of : report.instruments) {
    if (!of.equity) return std::nullopt;
    sum = plus(sum, *of.equity);
  }
  return sum;
}

Result<void> tell_gaps(RunReport& report, const BacktestSettings& settings, const std::vector<OpenMarket>& markets) {
  for (std::size_t i = 0; i < markets.size(); ++i) {
    auto gaps = gaps_of(markets[i], settings.instruments[i].from);
    if (!gaps) return std::unexpected(gaps.error());
    report.instruments[i].gaps = *std::move(gaps);
  }
  return {};
}

RunReport report_of(RunEnd end, const BacktestSettings& settings, const PreparedRun& prepared,
                    const std::vector<OpenMarket>& markets, const AccountBook& accounts, const OrderCounter& counter) {
  RunReport report{.end = std::move(end)};
  for (std::size_t i = 0; i < prepared.instruments.size(); ++i) {
    InstrumentReport& of = report.instruments.emplace_back(
        InstrumentReport{.instrument = prepared.instruments[i],
                         .asset = settlement_asset(settings.instruments[i]),
                         .data = markets[i].feed->facts(),
                         .latency_covered = markets[i].latency_covered,
                         .pays_announced = pays_announced_funding(settings.instruments[i], markets[i]),
                         .funding_times = funding_times(settings.instruments[i], markets[i]),
                         .orders = counter.counts()[i],
                         .position = report.end.positions[i],
                         .mark = report.end.marks[i],
                         .equity = report.end.equities[i]});
    if (markets[i].recording != nullptr) of.unreadable_announcements = markets[i].recording->funding().refused();
    of.missed_fundings = report.end.missed_fundings[i];
    of.problems = *markets[i].problems;
  }
  for (std::size_t i = 0; i < accounts.accounts().size(); ++i) {
    report.accounts.push_back(account_report(accounts.assets()[i], *accounts.accounts()[i]));
  }
  report.equity = equity_of(report);
  return report;
}

// From now on the run reads what its folder's books are made of, too.
void watch_books(RunFolder& folder, std::vector<InstrumentSetup>& setups) {
  for (std::uint32_t i = 0; i < setups.size(); ++i) {
    setups[i].feed = &folder.watch(InstrumentId{i}, *setups[i].feed, setups[i].venue.as_hftbacktest);
  }
}

// Each into its folder.
Result<void> finish_scenarios(ScenarioRuns& scenarios, const PreparedRun& prepared,
                              const std::vector<OpenMarket>& markets) {
  for (ScenarioRuns::Lane& lane : scenarios.lanes()) {
    RunReport report = report_of(lane.end, lane.request.settings, prepared, markets, *lane.accounts, *lane.counter);
    report.books = lane.folder->end_books();
    report.assumptions = all_assumptions(lane.request.settings, &lane.folder->credit());
    if (Result<void> told = tell_gaps(report, lane.request.settings, markets); !told) return told;
    const Result<void> finished = lane.folder->finish(run_json(lane.request, prepared, report), totals_json(report));
    if (!finished) return finished;
  }
  return {};
}

}  // namespace

AccountReport account_report(const std::string& asset, const sim::Account& account) {
  return {.asset = asset,
          .kind = account.kind(),
          .liquidations = account.liquidations(),
          .borne_by_others = account.borne_by_others(),
          .other_paid = account.other_paid()};
}

OrderCounts RunReport::orders() const {
  std::vector<OrderCounts> counts;
  counts.reserve(instruments.size());
  for (const InstrumentReport& of : instruments) counts.push_back(of.orders);
  return sum_of(counts);
}

std::optional<Position> RunReport::sum() const {
  if (!has_one_asset(*this)) return std::nullopt;
  Position sum;
  for (const InstrumentReport& of : instruments) {
    sum.cash = plus(sum.cash, of.position.cash);
    sum.fee = plus(sum.fee, of.position.fee);
    sum.funding = plus(sum.funding, of.position.funding);
  }
  return sum;
}

ReadMarkets read_markets(const RunReport& report) {
  ReadMarkets read{.begin = report.end.begin, .end = report.end.end};
  for (const InstrumentReport& of : report.instruments) {
    read.instruments.push_back({.name = of.instrument.name,
                                .facts = of.data,
                                .latency_covered = of.latency_covered,
                                .funding_times = of.funding_times,
                                .unreadable_announcements = of.unreadable_announcements,
                                .missed_fundings = of.missed_fundings,
                                .gaps = of.gaps,
                                .problems = of.problems});
  }
  return read;
}

Result<RunReport> run_backtest(FileOps& ops, const RunRequest& request) {
  const BacktestSettings& settings = request.settings;
  auto prepared = prepare_run(request);
  if (!prepared) return std::unexpected(prepared.error());
  auto run = open_run(request, *prepared);
  if (!run) return std::unexpected(run.error());

  const std::string path = folder_of(request, *prepared);
  if (!path.empty()) {
    if (Result<void> few = check_samples(settings.sample, run->instruments.markets); !few) {
      return std::unexpected(few.error());
    }
  }
  std::unique_ptr<RunFolder> folder;
  if (!path.empty() || !request.json.empty()) {
    auto created = RunFolder::create(ops, path, request.json, prepared->instruments, books_of(settings));
    if (!created) return std::unexpected(created.error());
    folder = *std::move(created);
  }
  auto strategy = RunStrategy::begin(request, *prepared->strategy, folder.get());
  if (!strategy) return std::unexpected(strategy.error());
  OrderCounter counter(prepared->instruments.size(), folder.get(), venues_of(prepared->instruments));
  const EngineOptions options = engine_options(settings, !path.empty());
  std::unique_ptr<ScenarioRuns> scenarios;
  if (request.scenarios) {
    auto made = ScenarioRuns::make(ops, request, path, run->instruments.setups, options);
    if (!made) return std::unexpected(made.error());
    scenarios = *std::move(made);
  }
  if (folder != nullptr) watch_books(*folder, run->instruments.setups);
  Engine engine(std::move(run->instruments.setups), (*strategy)->get(), options, &counter);
  Result<RunEnd> end = scenarios != nullptr ? scenarios->run(ops, engine) : guarded([&engine] { return engine.run(); });
  if (const Result<void> ended = (*strategy)->end(ops, request, end.has_value()); end && !ended) {
    end = std::unexpected(ended.error());
  }
  if (!end) return broken_off(request, *prepared, folder.get(), end.error());
  RunReport report = report_of(*std::move(end), settings, *prepared, run->instruments.markets, run->accounts, counter);
  report.folder = path;
  report.assumptions = all_assumptions(settings, folder == nullptr ? nullptr : &folder->credit());
  if (folder != nullptr) {
    report.books = folder->end_books();
    const Result<void> told = tell_gaps(report, settings, run->instruments.markets);
    if (!told) return std::unexpected(told.error());
  }
  if (scenarios != nullptr) {
    const Result<void> finished = finish_scenarios(*scenarios, *prepared, run->instruments.markets);
    if (!finished) return std::unexpected(finished.error());
  }
  if (folder == nullptr) return report;
  const Result<void> finished = folder->finish(run_json(request, *prepared, report), totals_json(report));
  if (!finished) return std::unexpected(finished.error());
  return report;
}

}  // namespace acts::backtest

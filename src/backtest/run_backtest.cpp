#include "backtest/run_backtest.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "acts/base/ratio.hpp"

#include "backtest/account_book.hpp"
#include "backtest/latency_file.hpp"
#include "backtest/open_market.hpp"
#include "backtest/run_folder.hpp"
#include "backtest/run_identity.hpp"
#include "backtest/run_strategy.hpp"
#include "backtest/run_text.hpp"
#include "backtest/scenario_runs.hpp"
#include "backtest/strategy_library.hpp"

namespace acts::backtest {
namespace {

std::map<std::string, std::string> models_of(const InstrumentSettings& settings) {
  const ExchangeSettings& exchange = settings.exchange;
  const bool is_power = exchange.queue.kind == sim::QueueKind::kPower ||
                        exchange.queue.kind == sim::QueueKind::kPower2 ||
                        exchange.queue.kind == sim::QueueKind::kPower3;
  std::string queue(sim::to_string(exchange.queue.kind));
  if (is_power) queue += fmt::format("({})", shortest_text(exchange.queue.n));
  return {{"compatibility", exchange.as_hftbacktest ? "hftbacktest" : "none"},
          {"fills", exchange.fills == sim::FillSizes::kFull ? "full" : "partial"},
          {"latency", settings.latency.file ? *settings.latency.file
                                            : fmt::format("constant({}, {})", to_string(settings.latency.entry.span()),
                                                          to_string(settings.latency.response.span()))},
          {"maker_fee", to_string(settings.fees.maker)},
          {"queue", queue},
          {"self_trade_prevention", std::string(to_string(exchange.self_trades))},
          {"taker_fee", to_string(settings.fees.taker)}};
}

std::string run_json(const RunRequest& request, const PreparedRun& prepared, const FeedFacts& facts,
                     const RunEnd& end) {
  const BacktestSettings& settings = request.settings;
  const InstrumentSettings& of = settings.instruments.front();
  return fmt::format(
      R"({{"begin":"{}","configuration":{},"configuration_file":{},"data":{},"end":"{}","events":{},"exchange_only_rows":{},"gaps":null,)"
      R"("id":"{}","local_only_rows":{},"local_shift_ns":{},"lot_size":"{}","models":{},"off_scale_quantities":{},)"
      R"("off_tick_prices":{},"parameters":{},"rows":{},"seed":null,"strategy":{},"symbol":{},"tick_size":"{}",)"
      R"("unreadable_events":{},"venue":"{}","version":{}}})",
      to_iso8601_nanos(end.begin), json_text(request.configuration), json_text(request.configuration_file),
      data_json(prepared.files), to_iso8601_nanos(end.end), facts.events, facts.only_exchange, prepared.identity,
      facts.only_local, facts.shift.count(), to_string(prepared.instrument.quantity_of(prepared.instrument.lot)),
      object_of(models_of(of)), facts.off_scale, facts.off_tick, object_of(prepared.parameters), facts.rows,
      json_text(settings.strategy), json_text(of.info.symbol), to_string(prepared.instrument.price_at(1)),
      facts.out_of_range, to_string(of.info.venue), json_text(request.version));
}

std::string totals_json(const RunReport& report) {
  const Position& position = report.end.positions.front();
  return fmt::format(
      R"({{"balance":"{}","equity":{},"fee":"{}","fills":{},"funding":"{}","mark_price":{},"position":"{}"}})",
      to_string(position.cash), report.equity ? fmt::format("\"{}\"", to_string(*report.equity)) : "null",
      to_string(position.fee), report.end.fills, to_string(position.funding),
      report.end.marks.front() ? fmt::format("\"{}\"", to_string(*report.end.marks.front())) : "null",
      to_string(report.instrument.quantity_of(position.quantity.units())));
}

// Each into its folder.
Result<void> finish_scenarios(ScenarioRuns& scenarios, const PreparedRun& prepared, const FeedFacts& facts) {
  for (ScenarioRuns::Lane& lane : scenarios.lanes()) {
    const RunReport report{
        .end = lane.end, .data = facts, .instrument = prepared.instrument, .equity = lane.end.equities.front()};
    const Result<void> finished =
        lane.folder->finish(run_json(lane.request, prepared, facts, lane.end), totals_json(report));
    if (!finished) return finished;
  }
  return {};
}

}  // namespace

Result<RunReport> run_backtest(FileOps& ops, const RunRequest& request) {
  const BacktestSettings& settings = request.settings;
  auto prepared = prepare_run(request);
  if (!prepared) return std::unexpected(prepared.error());
  const InstrumentSettings& of = settings.instruments.front();
  const Result<sim::LatencyModel> latency =
      of.latency.file ? read_latencies(*of.latency.file) : sim::LatencyModel(of.latency.entry, of.latency.response);
  if (!latency) return std::unexpected(latency.error());
  const Result<sim::VenueFilters> filters = filters_of(prepared->instrument, of.exchange.rules);
  if (!filters) return std::unexpected(filters.error());
  auto market = open_market(of, prepared->instrument, request.on_problem);
  if (!market) return std::unexpected(market.error());
  if (request.compared) market->feed = std::make_unique<AlteredFeed>(std::move(market->feed), request.compared->cut);

  auto accounts = AccountBook::make(settings, {prepared->instrument});
  if (!accounts) return std::unexpected(accounts.error());
  const AccountBook::Place place = accounts->of(InstrumentId{0});

  RunReport report{.instrument = prepared->instrument};
  report.folder = folder_of(request, *prepared);
  std::unique_ptr<RunFolder> folder;
  if (!report.folder.empty() || !request.json.empty()) {
    auto created = RunFolder::create(ops, report.folder, request.json, {prepared->instrument});
    if (!created) return std::unexpected(created.error());
    folder = *std::move(created);
  }

  auto strategy = RunStrategy::begin(request, *prepared->strategy, folder.get());
  if (!strategy) return std::unexpected(strategy.error());
  std::vector<InstrumentSetup> setups;
  setups.push_back({.instrument = prepared->instrument,
                    .venue = {.fills = of.exchange.fills,
                              .queue = of.exchange.queue,
                              .as_hftbacktest = of.exchange.as_hftbacktest,
                              .self_trades = of.exchange.self_trades,
                              .filters = *filters,
                              .rates = of.exchange.rates},
                    .latency = *latency,
                    .account = place.account,
                    .slot = place.slot,
                    .feed = market->feed.get()});
  const EngineOptions options{.sample = report.folder.empty() ? std::nullopt : std::optional(settings.sample)};
  std::unique_ptr<ScenarioRuns> scenarios;
  if (request.scenarios) {
    auto made = ScenarioRuns::make(ops, request, report.folder, setups, options);
    if (!made) return std::unexpected(made.error());
    scenarios = *std::move(made);
  }
  Engine engine(std::move(setups), (*strategy)->get(), options, folder.get());
  Result<RunEnd> end = scenarios != nullptr ? scenarios->run(ops, engine) : guarded([&engine] { return engine.run(); });
  if (const Result<void> ended = (*strategy)->end(ops, request, end.has_value()); end && !ended) {
    end = std::unexpected(ended.error());
  }
  if (!end) return broken_off(request, *prepared, folder.get(), end.error());
  report.end = *std::move(end);
  report.data = market->feed->facts();
  report.equity = report.end.equities.front();
  if (scenarios != nullptr) {
    const Result<void> finished = finish_scenarios(*scenarios, *prepared, report.data);
    if (!finished) return std::unexpected(finished.error());
  }
  if (folder == nullptr) return report;
  const Result<void> finished =
      folder->finish(run_json(request, *prepared, report.data, report.end), totals_json(report));
  if (!finished) return std::unexpected(finished.error());
  return report;
}

}  // namespace acts::backtest

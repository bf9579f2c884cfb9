#include "backtest/bars/bar_backtest.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>
#include <vector>

#include "backtest/bars/catalog_reader.hpp"
#include "backtest/run_folder.hpp"
#include "backtest/run_identity.hpp"
#include "backtest/run_strategy.hpp"
#include "backtest/run_text.hpp"
#include "backtest/strategy_library.hpp"

namespace acts::backtest {
namespace {

std::string bar_run_json(const RunRequest& request, const PreparedRun& prepared, const BarReport& report) {
  const BacktestSettings& settings = request.settings;
  const InstrumentSettings& of = settings.instruments.front();
  const std::map<std::string, std::string> models{{"bar_path", std::string(name_of(of.exchange.bar_path))},
                                                  {"maker_fee", to_string(of.fees.maker)},
                                                  {"taker_fee", to_string(of.fees.taker)}};
  return fmt::format(
      R"({{"begin":"{}","configuration":{},"configuration_file":{},"data":{},"end":"{}","fills_above_volume":{},"gaps":{},"id":"{}",)"
      R"("lot_size":"{}","models":{},"parameters":{},"rows":{},"seed":null,"strategy":{},"symbol":{},)"
      R"("tick_size":"{}","venue":"{}","version":{}}})",
      to_iso8601_nanos(report.begin), json_text(request.configuration), json_text(request.configuration_file),
      data_json(prepared.files), to_iso8601_nanos(report.end), report.totals.fills_above_volume, report.missing,
      prepared.identity, to_string(report.instrument.quantity_of(report.instrument.lot)), object_of(models),
      object_of(prepared.parameters), report.totals.bars, json_text(settings.strategy), json_text(of.info.symbol),
      to_string(report.instrument.price_at(1)), to_string(of.info.venue), json_text(request.version));
}

std::string bar_totals_json(const BarReport& report) {
  const Position& position = report.totals.positions.front();
  return fmt::format(
      R"({{"balance":"{}","equity":"{}","fee":"{}","fills":{},"funding":"{}","mark_price":"{}","max_drawdown":"{}",)"
      R"("position":"{}","turnover":"{}"}})",
      to_string(position.cash), to_string(report.totals.equity), to_string(position.fee), report.totals.fills,
      to_string(position.funding), to_string(to_decimal(report.mark, report.instrument.scales)),
      to_string(report.totals.max_drawdown), to_string(report.instrument.quantity_of(position.quantity.units())),
      to_string(report.totals.turnover));
}

// All bars through the run. Errors also: kBadInput: there is none.
Result<void> run_bars(BarRun& run, BarBlocks& blocks, BarReport& report) {
  BarBlock block;
  for (bool is_first = true;; is_first = false) {
    const Result<bool> there = blocks.next(block);
    if (!there) return std::unexpected(there.error());
    if (!*there && is_first) {
      return fail(ErrorCode::kBadInput, "the data has no bar in this period: look at files, from and to in [data]");
    }
    if (!*there) break;
    if (is_first) {
      report.begin = block.step(0).front().open_time;
      if (Result<void> begun = run.start(report.begin); !begun) return begun;
    }
    if (Result<void> done = run_block(run, block, 0, block.steps()); !done) return done;
    const Bar& last = block.step(block.steps() - 1).back();
    report.end = last.close_time;
    report.mark = last.close;
  }
  if (Result<void> stopped = run.stop(); !stopped) return stopped;
  report.totals = run.totals();
  return {};
}

}  // namespace

BarRunOptions bar_run_options(const BacktestSettings& settings, const BacktestInstrument& instrument) {
  BarRunOptions options{.initial_balance = settings.initial_balance, .sample = settings.sample};
  const InstrumentSettings& of = settings.instruments.front();
  options.markets.push_back({.instrument = instrument, .fees = of.fees, .path = of.exchange.bar_path});
  return options;
}

Result<std::unique_ptr<BarReader>> open_bars(const InstrumentSettings& settings, const BacktestInstrument& instrument) {
  if (settings.files.empty()) return open_catalog_bars(settings, instrument);
  history::SourceHints hints;
  hints.venue = to_string(settings.info.venue);
  hints.symbol = settings.info.symbol;
  hints.interval = settings.interval;
  Result<std::unique_ptr<FileBars>> bars = FileBars::open(settings.files, hints, instrument, InstrumentId{0});
  if (!bars) return std::unexpected(bars.error());
  return std::make_unique<PeriodBars>(*std::move(bars), settings.from, settings.to);
}

Result<BarReport> run_bar_backtest(FileOps& ops, const RunRequest& request) {
  Result<PreparedRun> prepared = prepare_run(request);
  if (!prepared) return std::unexpected(prepared.error());
  Result<std::unique_ptr<BarReader>> opened = open_bars(request.settings.instruments.front(), prepared->instrument);
  if (!opened) return std::unexpected(opened.error());
  if (request.compared) {
    opened = std::make_unique<AlteredBars>(*std::move(opened), prepared->instrument.tick, request.compared->cut);
  }
  const BarReader& bars = **opened;
  std::vector<std::unique_ptr<BarReader>> readers;
  readers.push_back(*std::move(opened));
  BarBlocks blocks(std::move(readers));

  BarReport report{.instrument = prepared->instrument, .folder = folder_of(request, *prepared)};
  std::unique_ptr<RunFolder> folder;
  if (!report.folder.empty() || !request.json.empty()) {
    auto created = RunFolder::create(ops, report.folder, request.json, {prepared->instrument});
    if (!created) return std::unexpected(created.error());
    folder = *std::move(created);
  }
  auto strategy = RunStrategy::begin(request, *prepared->strategy, folder.get());
  if (!strategy) return std::unexpected(strategy.error());
  Result<std::unique_ptr<BarRun>> run = guarded([&] {
    return BarRun::make(bar_run_options(request.settings, prepared->instrument), (*strategy)->get(), folder.get());
  });
  if (!run) return std::unexpected(run.error());
  Result<void> done = guarded([&] { return run_bars(**run, blocks, report); });
  if (const Result<void> ended = (*strategy)->end(ops, request, done.has_value()); done && !ended) done = ended;
  if (!done) return broken_off(request, *prepared, folder.get(), done.error());
  report.missing = bars.missing();
  if (folder == nullptr) return report;
  const Result<void> finished = folder->finish(bar_run_json(request, *prepared, report), bar_totals_json(report));
  if (!finished) return std::unexpected(finished.error());
  return report;
}

}  // namespace acts::backtest

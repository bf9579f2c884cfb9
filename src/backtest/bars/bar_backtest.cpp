#include "backtest/bars/bar_backtest.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "backtest/account_book.hpp"
#include "backtest/bars/catalog_reader.hpp"
#include "backtest/features/feature_data.hpp"
#include "backtest/funding_file.hpp"
#include "backtest/money.hpp"
#include "backtest/run_folder.hpp"
#include "backtest/run_identity.hpp"
#include "backtest/run_json.hpp"
#include "backtest/run_strategy.hpp"
#include "backtest/run_text.hpp"
#include "backtest/strategy_library.hpp"
#include "backtest/venue_rules.hpp"

namespace acts::backtest {
namespace {

std::string number_json(std::uint64_t number) { return fmt::format("{}", number); }

// Of what bars do not know it is said that there is none, where a run over books names a model.
void add_rules(JsonMembers& members, const BacktestSettings& run, const BacktestInstrument& instrument, std::size_t i) {
  const InstrumentSettings& settings = run.instruments[i];
  const bool pays = funding_source_of(settings) == FundingSource::kFile;
  std::map<std::string, std::string> models{{"account", account_model(run.account, settings.margin)},
                                            {"bar_path", std::string(name_of(settings.exchange.bar_path))},
                                            {"contract", contract_model(settings.contract)},
                                            {"fills", "full"},
                                            {"funding", pays ? settings.funding_file : "none"},
                                            {"latency", "none"},
                                            {"maker_fee", to_string(settings.fees.maker)},
                                            {"mark", "close"},
                                            {"queue", "none"},
                                            {"taker_fee", to_string(settings.fees.taker)}};
  if (has_stored_features(settings)) models["features"] = features_model(settings);
  members["lot_size"] = in_quotes(to_string(instrument.quantity_of(instrument.lot)));
  members["models"] = object_of(models);
  members["settlement_asset"] = json_text(settlement_asset(settings));
  members["symbol"] = json_text(settings.info.symbol);
  members["tick_size"] = in_quotes(to_string(instrument.price_at(1)));
  members["venue"] = in_quotes(to_string(settings.info.venue));
}

std::string bar_run_json(const RunRequest& request, const PreparedRun& prepared, const BarReport& report) {
  const BacktestSettings& settings = request.settings;
  std::uint64_t missing = 0;
  for (const std::uint64_t count : report.missing) missing += count;
  JsonMembers members{{"assumptions", assumptions_json(report.assumptions)},
                      {"begin", in_quotes(to_iso8601_nanos(report.begin))},
                      {"configuration", json_text(request.configuration)},
                      {"configuration_file", json_text(request.configuration_file)},
                      {"data", prepared.data},
                      {"end", in_quotes(to_iso8601_nanos(report.end))},
                      {"fills_above_volume", number_json(report.totals.fills_above_volume)},
                      {"id", in_quotes(prepared.identity)},
                      {"missing_bars", number_json(missing)},
                      {"library", prepared.library},
                      {"parameters", object_of(prepared.parameters)},
                      {"rows", number_json(report.totals.bars)},
                      {"seed", "null"},
                      {"strategy", json_text(settings.strategy)},
                      {"version", json_text(request.version)}};
  if (report.instruments.size() == 1) {
    add_rules(members, settings, report.instruments.front(), 0);
    return object_json(members);
  }
  members["instruments"] = list_json(report.instruments.size(), [&](std::size_t i) {
    JsonMembers of{{"missing_bars", number_json(report.missing[i])}, {"name", json_text(report.instruments[i].name)}};
    add_rules(of, settings, report.instruments[i], i);
    return object_json(of);
  });
  return object_json(members);
}

// Of one instrument what it holds; its money, if it is not all there is.
void add_bar_position(JsonMembers& members, const BarReport& report, std::size_t i) {
  const Position& position = report.totals.positions[i];
  const BacktestInstrument& instrument = report.instruments[i];
  members["mark_price"] = in_quotes(to_string(to_decimal(report.marks[i], instrument.scales)));
  members["position"] = in_quotes(to_string(held(position, instrument.scales.quantity)));
}

std::string bar_totals_json(const BarReport& report) {
  const Position sum = report.sum();
  JsonMembers members{{"balance", in_quotes(to_string(sum.cash))},
                      {"equity", in_quotes(to_string(report.totals.equity))},
                      {"fee", in_quotes(to_string(sum.fee))},
                      {"funding", in_quotes(to_string(sum.funding))},
                      {"max_drawdown", in_quotes(to_string(report.totals.max_drawdown))},
                      {"turnover", in_quotes(to_string(report.totals.turnover))}};
  add_accounts(members, report.accounts);
  add_counts(members, sum_of(report.orders));
  if (report.instruments.size() == 1) {
    add_bar_position(members, report, 0);
    return object_json(members);
  }
  members["instruments"] = list_json(report.instruments.size(), [&](std::size_t i) {
    const Position& position = report.totals.positions[i];
    JsonMembers of{{"balance", in_quotes(to_string(position.cash))},
                   {"equity", in_quotes(to_string(report.totals.equities[i]))},
                   {"fee", in_quotes(to_string(position.fee))},
                   {"funding", in_quotes(to_string(position.funding))},
                   {"name", json_text(report.instruments[i].name)}};
    add_bar_position(of, report, i);
    add_counts(of, report.orders[i]);
    return object_json(of);
  });
  return object_json(members);
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
    for (std::size_t i = 0; i < block.steps(); ++i) {
      for (const Bar& bar : block.step(i)) report.marks[bar.instrument.value()] = bar.close;
    }
  }
  if (Result<void> stopped = run.stop(); !stopped) return stopped;
  report.totals = run.totals();
  return {};
}

}  // namespace

Position BarReport::sum() const {
  Position sum;
  for (const Position& position : totals.positions) {
    sum.cash = plus(sum.cash, position.cash);
    sum.fee = plus(sum.fee, position.fee);
    sum.funding = plus(sum.funding, position.funding);
  }
  return sum;
}

Result<BarRunOptions> bar_run_options(const BacktestSettings& settings, std::span<const BacktestInstrument> instruments,
                                      std::span<const std::string> features, const std::optional<FutureCut>& cut) {
  BarRunOptions options{
      .account = settings.account, .initial_balance = settings.initial_balance, .sample = settings.sample};
  for (std::size_t i = 0; i < instruments.size(); ++i) {
    const InstrumentSettings& of = settings.instruments[i];
    const bool is_of_file = funding_source_of(of) == FundingSource::kFile;
    auto funding = is_of_file ? read_funding(of.funding_file) : Result<sim::FundingBook>();
    if (!funding) return of_instrument(settings, instruments[i], funding.error());
    const auto filters = filters_of(instruments[i], of.exchange.rules);
    if (!filters) return of_instrument(settings, instruments[i], filters.error());
    auto stored = open_stored_features(of, features, {}, cut);
    if (!stored) return of_instrument(settings, instruments[i], stored.error());
    options.markets.push_back({.instrument = instruments[i],
                               .contract = of.contract,
                               .fees = of.fees,
                               .path = of.exchange.bar_path,
                               .filters = *filters,
                               .rates = of.exchange.rates,
                               .margin = of.margin,
                               .funding = *std::move(funding),
                               .features = *std::move(stored)});
  }
  return options;
}

Result<std::unique_ptr<BarReader>> open_bars(const InstrumentSettings& settings, const BacktestInstrument& instrument,
                                             InstrumentId id) {
  if (settings.files.empty()) return open_catalog_bars(settings, instrument, id);
  history::SourceHints hints;
  hints.venue = to_string(settings.info.venue);
  hints.symbol = settings.info.symbol;
  hints.interval = settings.interval;
  hints.kind = settings.source;
  hints.by_keys = true;
  Result<std::unique_ptr<FileBars>> bars = FileBars::open(settings.files, hints, instrument, id);
  if (!bars) return std::unexpected(bars.error());
  return std::make_unique<PeriodBars>(*std::move(bars), settings.from, settings.to);
}

Result<BarReport> run_bar_backtest(FileOps& ops, const RunRequest& request) {
  const BacktestSettings& settings = request.settings;
  Result<PreparedRun> prepared = prepare_run(request);
  if (!prepared) return std::unexpected(prepared.error());
  std::vector<std::unique_ptr<BarReader>> readers;
  std::vector<const BarReader*> bars;
  for (std::uint32_t i = 0; i < settings.instruments.size(); ++i) {
    const BacktestInstrument& instrument = prepared->instruments[i];
    Result<std::unique_ptr<BarReader>> opened = open_bars(settings.instruments[i], instrument, InstrumentId{i});
    if (!opened) return of_instrument(settings, instrument, opened.error());
    if (request.compared) {
      opened = std::make_unique<AlteredBars>(*std::move(opened), instrument.tick, request.compared->cut);
    }
    bars.push_back(opened->get());
    readers.push_back(*std::move(opened));
  }
  BarBlocks blocks(std::move(readers));
  const auto cut = request.compared ? std::optional(request.compared->cut) : std::nullopt;
  const Result<BarRunOptions> options = bar_run_options(settings, prepared->instruments, prepared->features, cut);
  if (!options) return std::unexpected(options.error());

  BarReport report{.instruments = prepared->instruments, .folder = folder_of(request, *prepared)};
  report.marks.resize(report.instruments.size());
  std::unique_ptr<RunFolder> folder;
  if (!report.folder.empty() || !request.json.empty()) {
    auto created = RunFolder::create(ops, report.folder, request.json, prepared->instruments, {});
    if (!created) return std::unexpected(created.error());
    folder = *std::move(created);
  }
  auto strategy = RunStrategy::begin(request, *prepared->strategy, folder.get());
  if (!strategy) return std::unexpected(strategy.error());
  OrderCounter counter(report.instruments.size(), folder.get(), venues_of(report.instruments));
  Result<std::unique_ptr<BarRun>> run = guarded([&] { return BarRun::make(*options, (*strategy)->get(), &counter); });
  if (!run) return std::unexpected(run.error());
  Result<void> done = guarded([&] { return run_bars(**run, blocks, report); });
  if (const Result<void> ended = (*strategy)->end(ops, request, done.has_value()); done && !ended) done = ended;
  if (!done) return broken_off(request, *prepared, folder.get(), done.error());
  report.orders = counter.counts();
  if (const sim::Account* const account = (*run)->account()) {
    report.accounts.push_back(account_report(settlement_asset(settings.instruments.front()), *account));
  }
  for (const BarReader* const of : bars) report.missing.push_back(of->missing());
  report.assumptions = all_assumptions(request.settings, folder == nullptr ? nullptr : &folder->credit());
  if (folder == nullptr) return report;
  const Result<void> finished = folder->finish(bar_run_json(request, *prepared, report), bar_totals_json(report));
  if (!finished) return std::unexpected(finished.error());
  return report;
}

}  // namespace acts::backtest

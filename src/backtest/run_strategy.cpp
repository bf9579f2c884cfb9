#include "backtest/run_strategy.hpp"

#include <fmt/format.h>

#include <utility>

#include "backtest/isolate/isolated_strategy.hpp"
#include "backtest/run_identity.hpp"
#include "backtest/state_file.hpp"
#include "backtest/strategy_library.hpp"

namespace acts::backtest {
namespace {

Result<MadeRunStrategy> replayed(const ReplayedRun& run) {
  Result<std::unique_ptr<DecisionLogReader>> log = open_decision_log(run.log);
  if (!log) return std::unexpected(log.error());
  return MadeRunStrategy{.strategy = std::make_unique<ReplayStrategy>(*std::move(log)), .parameters = run.parameters};
}

Result<MadeRunStrategy> isolated(const BacktestSettings& settings, const IsolateOptions& options) {
  Result<std::unique_ptr<StrategyProcess>> process = StrategyProcess::start(options.program);
  if (!process) return std::unexpected(process.error());
  Result<std::unique_ptr<IsolatedStrategy>> made = IsolatedStrategy::make(options, *std::move(process),
                                                                          {.library = settings.library,
                                                                           .name = settings.strategy,
                                                                           .parameters = settings.parameters,
                                                                           .most_memory = options.most_memory,
                                                                           .bans_files = options.bans_files});
  if (!made) return std::unexpected(made.error());
  Result<void> fits = check_needs((*made)->name(), (*made)->needs(), settings);
  if (!fits) return std::unexpected(fits.error());
  std::map<std::string, std::string> parameters = (*made)->parameters();
  return MadeRunStrategy{.strategy = *std::move(made), .parameters = std::move(parameters)};
}

}  // namespace

Result<MadeRunStrategy> make_run_strategy(const RunRequest& request) {
  const BacktestSettings& settings = request.settings;
  if (request.replayed) return replayed(*request.replayed);
  if (request.isolate) return isolated(settings, *request.isolate);
  const Result<const StrategyType*> type = strategy_type_of(settings);
  if (!type) return std::unexpected(type.error());
  Result<void> fits = check_needs((*type)->name, (*type)->needs, settings);
  if (!fits) return std::unexpected(fits.error());
  Result<Parameters> parameters = parse_parameters((*type)->parameters, settings.parameters);
  if (!parameters) return std::unexpected(parameters.error());
  auto strategy = guarded([&] { return (*type)->make(*parameters); });
  if (!strategy) return std::unexpected(strategy.error());
  return MadeRunStrategy{.strategy = *std::move(strategy), .parameters = parameters->canonical()};
}

Result<void> RunStrategy::hold_against(const std::string& path, std::optional<UnixNanos> before, const Wants& wants) {
  Result<std::unique_ptr<DecisionLogReader>> log = open_decision_log(path);
  if (!log) return std::unexpected(log.error());
  held_ = *std::move(log);
  matcher_.emplace(*held_, before);
  matched_ = std::make_unique<WatchedStrategy>(*top_, wants, *matcher_);
  top_ = matched_.get();
  return {};
}

Result<std::unique_ptr<RunStrategy>> RunStrategy::begin(const RunRequest& request, Strategy& strategy,
                                                        RunFolder* folder) {
  std::unique_ptr<RunStrategy> made(new RunStrategy(strategy));
  if (!request.restore.empty()) {
    const Result<std::string> state = read_state(request.restore, request.settings.strategy);
    if (!state) return std::unexpected(state.error());
    const Result<void> restored = guarded([&] { return strategy.restore(*state); });
    if (!restored) {
      return fail(restored.error().code, fmt::format("{}: {}", request.restore, restored.error().message));
    }
  }
  const Result<Wants> wants = guarded([&strategy]() -> Result<Wants> { return strategy.wants(); });
  if (!wants) return std::unexpected(wants.error());
  Result<void> held;
  if (request.compared) held = made->hold_against(request.compared->log, request.compared->cut.at, *wants);
  if (request.replayed) held = made->hold_against(request.replayed->log, std::nullopt, *wants);
  if (!held) return std::unexpected(held.error());
  if (folder != nullptr && folder->has_decisions()) {
    made->writer_.emplace(*wants, [folder](std::string_view bytes) { folder->add_decisions(bytes); });
    made->recorded_ = std::make_unique<WatchedStrategy>(*made->top_, *wants, *made->writer_);
    made->top_ = made->recorded_.get();
  }
  return made;
}

Result<void> RunStrategy::end(FileOps& ops, const RunRequest& request, bool is_whole) {
  if (writer_) writer_->finish(is_whole);
  if (!is_whole) return {};
  if (matcher_) {
    if (Result<void> matched = matcher_->finish(); !matched) return matched;
  }
  if (request.save_state.empty()) return {};
  const Result<std::string> state = guarded([this]() -> Result<std::string> { return strategy_->save(); });
  if (!state) return std::unexpected(state.error());
  return write_state(ops, request.save_state, request.settings.strategy, *state);
}

}  // namespace acts::backtest

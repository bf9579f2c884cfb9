#include "backtest/sweep/set_maker.hpp"

#include <utility>
#include <vector>

#include "backtest/run_identity.hpp"
#include "backtest/strategy_library.hpp"

namespace acts::backtest {
namespace {

MakeStrategy what_to_make(const BacktestSettings& settings, const IsolateOptions& options,
                          std::vector<GivenParameter> parameters) {
  return {.library = settings.library,
          .name = settings.strategy,
          .parameters = std::move(parameters),
          .most_memory = options.most_memory,
          .bans_files = options.bans_files};
}

Result<MadeSet> isolated_set(const BacktestSettings& settings, const IsolateOptions& options,
                             std::vector<GivenParameter> given) {
  Result<std::unique_ptr<StrategyProcess>> process = StrategyProcess::start(options.program);
  if (!process) return std::unexpected(process.error());
  Result<std::unique_ptr<IsolatedStrategy>> made =
      IsolatedStrategy::make(options, *std::move(process), what_to_make(settings, options, std::move(given)));
  if (!made) return std::unexpected(made.error());
  const Wants wants = (*made)->wants();
  return MadeSet{.strategy = *std::move(made), .wants = wants};
}

}  // namespace

Result<DescribedStrategy> describe_strategy(const BacktestSettings& settings,
                                            const std::optional<IsolateOptions>& isolate) {
  if (isolate) {
    Result<std::unique_ptr<StrategyProcess>> process = StrategyProcess::start(isolate->program);
    if (!process) return std::unexpected(process.error());
    return IsolatedStrategy::describe(*isolate, *std::move(process), what_to_make(settings, *isolate, {}));
  }
  const Result<const StrategyType*> type = strategy_type_of(settings);
  return type ? Result<DescribedStrategy>(described(**type)) : std::unexpected(type.error());
}

Result<SetMaker> SetMaker::make(const SweepRequest& request) {
  const Result<DescribedStrategy> described = describe_strategy(request.settings, request.isolate);
  if (!described) return std::unexpected(described.error());
  Result<void> fits = check_needs(described->name, described->needs, request.settings);
  if (!fits) return std::unexpected(fits.error());
  Result<StoredColumns> stored = StoredColumns::of(request.settings);
  if (!stored) return std::unexpected(stored.error());
  SetMaker maker(request, *std::move(stored));
  if (!request.isolate) maker.type_ = *strategy_type_of(request.settings);
  return maker;
}

Result<MadeSet> SetMaker::set(std::size_t i) const {
  const BacktestSettings& settings = request_->settings;
  std::vector<GivenParameter> given = settings.parameters;
  const std::vector<GivenParameter> varied = combination(request_->axes, i);
  given.insert(given.end(), varied.begin(), varied.end());
  if (type_ == nullptr) return isolated_set(settings, *request_->isolate, std::move(given));
  const Result<Parameters> parameters = parse_parameters(type_->parameters, given);
  if (!parameters) return std::unexpected(parameters.error());
  return guarded([&]() -> Result<MadeSet> {
    Result<std::unique_ptr<Strategy>> strategy = type_->make(*parameters);
    if (!strategy) return std::unexpected(strategy.error());
    const Wants wants = (*strategy)->wants();
    return MadeSet{.strategy = *std::move(strategy), .wants = wants};
  });
}

}  // namespace acts::backtest

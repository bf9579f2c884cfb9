// Strategies out of shared libraries (acts/strategy/library.hpp), and what becomes of those that throw.
#pragma once

#include <exception>
#include <string>

#include "acts/base/result.hpp"
#include "acts/strategy/library.hpp"
#include "acts/strategy/registry.hpp"

#include "backtest/decisions/decision.hpp"
#include "backtest/settings.hpp"

namespace acts::backtest {

// Stays loaded until the process ends: strategies, their parameters and their code are in it. Errors: kUsage: it cannot
// be loaded, is no library of strategies, or does not fit this acts.
Result<const StrategyLibrary*> load_strategies(const std::string& path);

// The settings' strategy: of their library, where its name may be left out if there is one only, else one of acts'.
// Errors: kUsage: as above; no such strategy.
Result<const StrategyType*> strategy_type_of(const BacktestSettings& settings);

std::unexpected<Error> thrown_by_strategy(const char* what);

// A call that runs code of a strategy. Errors: kBadInput: it threw; those of the call, and of a StrategyFailure.
template <typename Call>
auto guarded(Call&& call) -> decltype(call()) {
  try {
    return call();
  } catch (const StrategyFailure& failure) {
    return std::unexpected(failure.error);
  } catch (const std::exception& error) {
    return thrown_by_strategy(error.what());
  } catch (...) {
    return thrown_by_strategy("something that is no std::exception");
  }
}

}  // namespace acts::backtest

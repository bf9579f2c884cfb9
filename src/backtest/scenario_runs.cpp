#include "backtest/scenario_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "backtest/instrument_setup.hpp"
#include "backtest/open_instruments.hpp"
#include "backtest/scenarios.hpp"
#include "backtest/strategy_library.hpp"

namespace acts::backtest {
namespace {

// An engine on its way.
struct Runner {
  Engine* engine;
  std::string place;  // begins its errors
  bool has_more = true;

  Result<void> step(UnixNanos until, bool is_first) {
    if (!has_more) return {};
    const Result<bool> more = guarded([&]() -> Result<bool> {
      if (is_first) {
        if (Result<void> begun = engine->begin(); !begun) return std::unexpected(begun.error());
      }
      return engine->run_until(until);
    });
    if (!more) return failed(more.error());
    has_more = *more;
    return {};
  }
  [[nodiscard]] std::unexpected<Error> failed(const Error& error) const {
    return fail(error.code, place + error.message);
  }
};

}  // namespace

Result<std::unique_ptr<ScenarioRuns>> ScenarioRuns::make(FileOps& ops, const RunRequest& request,
                                                         const std::string& folder,
                                                         std::vector<InstrumentSetup>& setups,
                                                         const EngineOptions& options) {
  std::unique_ptr<ScenarioRuns> made(new ScenarioRuns);
  std::vector<BacktestInstrument> instruments;
  std::vector<MarketFeed*> feeds;
  for (const InstrumentSetup& setup : setups) {
    feeds.push_back(setup.feed);
    instruments.push_back(setup.instrument);
  }
  made->feeds_.emplace(feeds, kScenarios.size() + 1);
  for (std::size_t k = 0; k < setups.size(); ++k) setups[k].feed = &made->feeds_->cursor(k, 0);
  for (std::size_t i = 0; i < kScenarios.size(); ++i) {
    const Scenario& scenario = kScenarios[i];
    Lane lane{.request = request};
    lane.request.save_state.clear();
    lane.request.scenario = scenario.folder;
    apply(scenario, lane.request.settings);
    Result<MadeRunStrategy> strategy = make_run_strategy(lane.request);
    if (!strategy) return std::unexpected(strategy.error());
    lane.strategy = std::move(strategy->strategy);
    const std::string path = (std::filesystem::path(folder) / scenario.folder).string();
    auto created = RunFolder::create(ops, path, {}, instruments, books_of(request.settings));
    if (!created) return std::unexpected(created.error());
    lane.folder = *std::move(created);
    auto watched = RunStrategy::begin(lane.request, *lane.strategy, lane.folder.get());
    if (!watched) return std::unexpected(watched.error());
    lane.watched = *std::move(watched);
    auto accounts = AccountBook::make(lane.request.settings, instruments);
    if (!accounts) return std::unexpected(accounts.error());
    lane.accounts.emplace(*std::move(accounts));
    std::vector<InstrumentSetup> own = setups;
    for (std::size_t k = 0; k < own.size(); ++k) {
      join(own[k], lane.accounts->of(InstrumentId{static_cast<std::uint32_t>(k)}));
      own[k].venue.queue = scenario.queue;
      own[k].feed = &lane.folder->watch(InstrumentId{static_cast<std::uint32_t>(k)}, made->feeds_->cursor(k, i + 1),
                                        own[k].venue.as_hftbacktest);
    }
    lane.counter = std::make_unique<OrderCounter>(instruments.size(), lane.folder.get(), venues_of(instruments));
    lane.engine = std::make_unique<Engine>(std::move(own), lane.watched->get(), options, lane.counter.get());
    made->lanes_.push_back(std::move(lane));
  }
  return made;
}

Result<RunEnd> ScenarioRuns::run(FileOps& ops, Engine& engine) {
  std::vector<Runner> runners{{.engine = &engine, .place = {}}};
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    runners.push_back({.engine = lanes_[i].engine.get(), .place = fmt::format("{}: ", kScenarios[i].folder)});
  }
  bool is_first = true;
  for (UnixNanos until{INT64_MIN}; until != SharedFeed::kEnd; is_first = false) {
    const Result<UnixNanos> loaded = feeds_->load_slice();
    if (!loaded) return std::unexpected(loaded.error());
    until = *loaded;
    for (Runner& runner : runners) {
      if (const Result<void> stepped = runner.step(until, is_first); !stepped) return std::unexpected(stepped.error());
    }
  }
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    Lane& lane = lanes_[i];
    Result<RunEnd> end = guarded([&]() -> Result<RunEnd> { return lane.engine->finish(); });
    if (!end) return runners[i + 1].failed(end.error());
    lane.end = *std::move(end);
    if (const Result<void> ended = lane.watched->end(ops, lane.request, true); !ended) {
      return runners[i + 1].failed(ended.error());
    }
  }
  return guarded([&]() -> Result<RunEnd> { return engine.finish(); });
}

}  // namespace acts::backtest

// What makes a run's result better than anybody would have had: what its settings leave out, and what it came to on
// credit that nobody gives. Pure; not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/time.hpp"

#include "backtest/instrument.hpp"
#include "backtest/run_listener.hpp"
#include "backtest/settings.hpp"

namespace acts::backtest {

struct Assumption {
  std::string text = {};    // "no fees", for run.json
  std::string remedy = {};  // and what to do about it
};

// Of settings alone: no latency (of order books), no fees.
std::vector<Assumption> assumptions_of(const BacktestSettings& settings);

// The least that a run without an account's limits had, at its samples.
class CreditWatch {
 public:
  // `instruments`: by their ids; they outlive this.
  explicit CreditWatch(const std::vector<BacktestInstrument>& instruments);

  // By time.
  void add(const Sample& sample);
  // Once the run is over. What was set aside at its start is what `settings` say; without it nothing is known of
  // equity. Nothing of accounts with limits, which refuse, and of what hftbacktest would do.
  [[nodiscard]] std::vector<Assumption> assumptions(const BacktestSettings& settings) const;

 private:
  struct Least {
    Decimal value = {};
    std::optional<UnixNanos> since = {};  // the first time that counts; nothing: there was none
    void take(const Decimal& other, UnixNanos ts, bool counts);
  };
  struct Had {
    Decimal equity = {};
    Decimal money = {};
    Decimal coins = {};
    Least short_of = {};
  };
  // At moment_, all instruments together, by their last samples of it.
  void look();

  const std::vector<BacktestInstrument>* instruments_;
  std::vector<Had> had_;
  std::optional<UnixNanos> moment_ = {};
  Least equity_ = {};
  Least money_ = {};
};

// Both, in this order: those of run.json. `watch`: nothing of a run that keeps no samples.
std::vector<Assumption> all_assumptions(const BacktestSettings& settings, const CreditWatch* watch);
// A JSON list of their texts.
std::string assumptions_json(const std::vector<Assumption>& assumptions);

}  // namespace acts::backtest

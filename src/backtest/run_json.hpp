// The objects `run` and `totals` of a run's JSON. Of one instrument its facts stand in them; of several those in
// `instruments`, and sums beside. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "backtest/order_counts.hpp"
#include "backtest/run_backtest.hpp"
#include "backtest/run_identity.hpp"
#include "sim/account/account.hpp"
#include "sim/account/contract.hpp"
#include "sim/account/margin.hpp"

namespace acts::backtest {

std::string run_json(const RunRequest& request, const PreparedRun& prepared, const RunReport& report);
std::string totals_json(const RunReport& report);

// What models tell of an instrument: "linear(1)", "inverse(100)",
std::string contract_model(const sim::Contract& contract);
// and of the account that it is traded with: "none", "spot", "margin(20)", of its leverage.
std::string account_model(sim::AccountKind kind, const sim::MarginModel& margin);

// Keys in order: {"would_take":3}.
std::string reasons_json(const OrderCounts::Reasons& reasons);

// Members of an object that are JSON already, as one: keys in order.
using JsonMembers = std::map<std::string, std::string>;
std::string object_json(const JsonMembers& members);
template <typename ToJson>
std::string list_json(std::size_t count, ToJson to_json) {
  std::string out = "[";
  for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "" : ",") + to_json(i);
  return out + "]";
}

void add_counts(JsonMembers& members, const OrderCounts& counts);
// Of accounts without a limit there is nothing to tell.
void add_accounts(JsonMembers& members, const std::vector<AccountReport>& accounts);

}  // namespace acts::backtest

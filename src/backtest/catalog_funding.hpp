// Funding as it was paid, out of the catalog's rows of the kind `funding`. Blocking.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "backtest/run_identity.hpp"
#include "backtest/settings.hpp"
#include "history/query/query_session.hpp"
#include "sim/account/funding_book.hpp"

namespace acts::backtest {

inline constexpr std::string_view kFundingKind = "funding";

struct FundingWanted {
  std::string venue = {};
  std::string symbol = {};
  UnixNanos from = {};  // due then or later,
  UnixNanos to = {};    // and before
};

// Behind those of `times`, which are earlier: by their times, without mark prices, which the archive does not tell.
// What several origins tell alike is told once. Errors: kBadInput: origins contradict each other, or more than
// FundingBook::kMostTimes; kStorage.
Result<void> add_catalog_funding(history::QuerySession& session, const FundingWanted& wanted,
                                 std::vector<sim::FundingTime>& times);

}  // namespace acts::backtest

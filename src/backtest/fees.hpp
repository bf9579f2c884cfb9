// What trading costs, as a run's settings have it.
#pragma once

#include "sim/account/fee_schedule.hpp"

namespace acts::backtest {

using Fees = sim::FeeSchedule;

}  // namespace acts::backtest

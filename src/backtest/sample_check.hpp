// The invariant of accounts that each sample is held to: equity = cash + position at the mark - fees + funding, to the
// last unit of money. Pure.
#pragma once

#include "backtest/run_listener.hpp"
#include "sim/account/contract.hpp"

namespace acts::backtest {

// Of what the sample tells alone, whatever its account keeps of sums: the position's value is counted anew from its
// quantity, the contract and the mark. Without a mark nothing held counts. `terms`: of the sample's instrument.
//
// All is exact but for one rounding, that of a value to the last decimal of money, towards minus infinity: of an
// inverse contract's q s / mark, and of a linear one's where the mark lies between two ticks and money has no decimal
// for it. What was paid in the base asset is a value of its own, and rounded by itself.
[[nodiscard]] bool adds_up(const Sample& sample, const sim::MoneyTerms& terms);

}  // namespace acts::backtest

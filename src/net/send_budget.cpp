#include "net/send_budget.hpp"

#include <algorithm>

namespace acts {

SendBudget::SendBudget(std::size_t messages, Nanos window) : sent_(messages, window) {}

Nanos SendBudget::wait(Nanos now) const { return std::max(Nanos{0}, sent_.next_allowed().value_or(now) - now); }

void SendBudget::spend(Nanos now) { sent_.add(now); }

}  // namespace acts

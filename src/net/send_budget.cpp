#include "net/send_budget.hpp"

#include <algorithm>

#include "acts/base/assert.hpp"

namespace acts {

SendBudget::SendBudget(std::size_t messages, Nanos window) : sent_(messages), window_(window) {
  ACTS_ASSERT(window.count() > 0);
}

Nanos SendBudget::wait(Nanos now) const {
  if (sent_.empty() || count_ < sent_.size()) return Nanos{0};
  return std::max(Nanos{0}, sent_[next_] + window_ - now);
}

void SendBudget::spend(Nanos now) {
  if (sent_.empty()) return;
  if (count_ > 0) ACTS_ASSERT(now >= sent_[(next_ + sent_.size() - 1) % sent_.size()]);
  sent_[next_] = now;
  next_ = (next_ + 1) % sent_.size();
  count_ = std::min(count_ + 1, sent_.size());
}

}  // namespace acts

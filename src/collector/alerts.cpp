#include "collector/alerts.hpp"

#include <algorithm>
#include <tuple>

namespace acts::collector {

std::string_view to_string(Alert::Status status) noexcept {
  switch (status) {
    case Alert::Status::kFiring: return "firing";
    case Alert::Status::kStillFiring: return "still_firing";
    case Alert::Status::kResolved: break;
  }
  return "resolved";
}

std::vector<Alert> AlertBook::observe(const std::vector<AlertCondition>& holding, UnixNanos now) {
  std::vector<Alert> alerts;
  for (const AlertCondition& condition : holding) {
    if (!condition.begins) {
      const auto known = known_.find({condition.key, condition.subject});
      if (known != known_.end()) known->second.seen = now;
      continue;
    }
    Known& known = known_.try_emplace({condition.key, condition.subject}, Known{{}, now, now, {}, false}).first->second;
    known.seen = now;
    const bool is_due =
        known.is_said ? now - known.last_said >= repeat_every_ : now - known.since >= condition.holds_for;
    if (!known.is_said || is_due) known.text = condition.text;
    if (!is_due) continue;
    const Alert::Status status = known.is_said ? Alert::Status::kStillFiring : Alert::Status::kFiring;
    known.is_said = true;
    known.last_said = now;
    alerts.push_back({status, condition.key, condition.subject, condition.text, known.since, now});
  }
  for (auto at = known_.begin(); at != known_.end();) {
    const auto& [name, known] = *at;
    // What was never said may begin anew.
    if (known.seen == now || (known.is_said && now - known.seen < kSettled)) {
      ++at;
      continue;
    }
    if (known.is_said) {
      alerts.push_back({Alert::Status::kResolved, name.first, name.second, known.text, known.since, now});
    }
    at = known_.erase(at);
  }
  std::ranges::sort(
      alerts, [](const Alert& a, const Alert& b) { return std::tie(a.key, a.subject) < std::tie(b.key, b.subject); });
  return alerts;
}

std::size_t AlertBook::firing() const {
  return static_cast<std::size_t>(std::ranges::count_if(known_, [](const auto& one) { return one.second.is_said; }));
}

}  // namespace acts::collector

#include "sim/queue_place.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>

#include "acts/base/nearest_name.hpp"

namespace acts::sim {
namespace {

constexpr std::array<QueueKind, 8> kKinds{QueueKind::kRiskAverse, QueueKind::kPower,        QueueKind::kPower2,
                                          QueueKind::kPower3,     QueueKind::kLog,          QueueKind::kLog2,
                                          QueueKind::kFirst,      QueueKind::kTradedThrough};

// That what goes away stood behind the order.
double probability(const QueueModel& model, double front, double back) {
  const auto power = [&model](double x) { return std::pow(x, model.n); };
  const auto logarithm = [](double x) { return std::log(1.0 + x); };
  switch (model.kind) {
    case QueueKind::kPower: return power(back) / (power(back) + power(front));
    case QueueKind::kPower2: return power(back) / power(back + front);
    case QueueKind::kPower3: return 1.0 - power(front / (front + back));
    case QueueKind::kLog: return logarithm(back) / (logarithm(back) + logarithm(front));
    case QueueKind::kLog2: return logarithm(back) / logarithm(back + front);
    case QueueKind::kRiskAverse:
    case QueueKind::kFirst:
    case QueueKind::kTradedThrough: break;
  }
  return 1.0;
}

}  // namespace

std::string_view to_string(QueueKind kind) noexcept {
  switch (kind) {
    case QueueKind::kRiskAverse: return "risk_averse";
    case QueueKind::kPower: return "power";
    case QueueKind::kPower2: return "power2";
    case QueueKind::kPower3: return "power3";
    case QueueKind::kLog: return "log";
    case QueueKind::kLog2: return "log2";
    case QueueKind::kFirst: return "first";
    case QueueKind::kTradedThrough: return "traded_through";
  }
  return "";
}

Result<QueueKind> parse_queue_kind(std::string_view text) {
  std::array<std::string_view, kKinds.size()> names;
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    names[i] = to_string(kKinds[i]);
    if (names[i] == text) return kKinds[i];
  }
  const std::string_view nearest = nearest_name(text, names);
  return fail(ErrorCode::kUsage, nearest.empty()
                                     ? fmt::format("no queue model '{}': there is {}", text, fmt::join(names, ", "))
                                     : fmt::format("no queue model '{}': did you mean {}?", text, nearest));
}

// fmin() is meant as it is: the probability of nothing before and behind is no number, and the other operand holds
// then.
void QueuePlace::on_level(const QueueModel& model, double before, double after) {
  if (model.kind == QueueKind::kRiskAverse || model.kind == QueueKind::kFirst ||
      model.kind == QueueKind::kTradedThrough) {
    front_ = std::fmin(front_, after);
    return;
  }
  const double gone = before - after - traded_;
  traded_ = 0;
  if (gone < 0) {
    front_ = std::fmin(front_, after);
    return;
  }
  const double back = before - front_;
  double behind = probability(model, front_, back);
  if (std::isinf(behind)) behind = 1.0;
  const double estimate = front_ - (1.0 - behind) * gone + std::fmin(back - behind * gone, 0.0);
  front_ = std::fmin(estimate, after);
}

std::int64_t QueuePlace::take_reached(double lot) {
  if (is_never_reached_) {
    front_ = ahead();
    return 0;
  }
  const std::int64_t lots = std::llround(-front_ / lot);
  if (lots <= 0) return 0;
  front_ = 0;
  return lots;
}

}  // namespace acts::sim

#include "history/quality/finding.hpp"

#include <array>
#include <utility>

namespace acts::history {

std::string_view to_string(FindingKind kind) noexcept {
  static constexpr std::array<std::string_view, kFindingKinds> kNames{
      "gap",  "repeated",    "step_back",  "crossed",     "contradiction", "difference", "zero_volume",
      "flat", "early_close", "zero_price", "unit_change", "outlier",       "overlap",    "restart"};
  static_assert(std::to_underlying(FindingKind::kRestart) + 1 == kFindingKinds);
  return kNames[std::to_underlying(kind)];
}

}  // namespace acts::history

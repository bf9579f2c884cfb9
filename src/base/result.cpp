#include "acts/base/result.hpp"

namespace acts {

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kUsage: return "usage";
    case ErrorCode::kBadInput: return "bad_input";
    case ErrorCode::kRetry: return "retry";
    case ErrorCode::kRefused: return "refused";
    case ErrorCode::kStorage: return "storage";
    case ErrorCode::kCancelled: return "cancelled";
  }
  return "unknown";
}

}  // namespace acts

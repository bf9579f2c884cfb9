// The completeness certificate of a symbol and day: what was collected, what was missing and what filled it, and the
// SHA-256 of all of it, as canonical JSON. Made from the sealed recording and the stored rows alone: made again, it is
// the same bytes while those are the same.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "history/day_recording.hpp"
#include "history/day_rows.hpp"

namespace acts::history {

struct CertificateKey {
  Venue venue = Venue::kBinanceSpot;
  std::string symbol;
  UnixNanos day;  // midnight, UTC

  [[nodiscard]] std::string date() const { return to_iso8601(day).substr(0, 10); }
};

// Pure. `previous`: SHA-256 of the certificate of the day before; none: there is none.
nlohmann::json certificate_document(const CertificateKey& key, const RecordingFacts& recording, const RowFacts& rows,
                                    bool is_partial, const std::optional<std::string>& previous);

// What two documents say differently, one line each ("/minutes/live: 1439, and is 1440"), at most kMostDifferences and
// then how many more. Pure.
inline constexpr std::size_t kMostDifferences = 20;
std::vector<std::string> differences(const nlohmann::json& says, const nlohmann::json& is);

}  // namespace acts::history

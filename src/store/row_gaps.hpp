// The minutes of a symbol that are missing or not live. Pure: is handed the rows in the order of their keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/features/row.hpp"

namespace acts {

// Minutes one after the other with the same state and reason: sample_time from `first` to `last`, both included.
struct RowGap {
  std::string venue;
  std::string symbol;
  UnixNanos first{};
  UnixNanos last{};
  std::string state;  // "missing": there is no row
  std::string reason;

  [[nodiscard]] std::int64_t minutes() const { return (last - first) / kMinute + 1; }
  friend bool operator==(const RowGap&, const RowGap&) = default;
};

class GapFinder {
 public:
  // Minutes before the first row of a symbol, and after its last one, count as missing only from `from`, and up to
  // before `to`, where these are given.
  GapFinder(const RowSchema& schema, std::optional<UnixNanos> from, std::optional<UnixNanos> to);

  // Rows of minute boundaries, ordered by venue, symbol, sample_time. Returns the gaps that are known to have ended.
  std::vector<RowGap> add(const MinuteRow& row);
  // After the last row.
  std::vector<RowGap> finish();

 private:
  void put(const MinuteRow& row, UnixNanos first, UnixNanos last, std::string state, std::string reason);
  void end_symbol();
  [[nodiscard]] std::string text_of(const MinuteRow& row, std::size_t column) const;

  std::size_t state_column_;
  std::size_t reason_column_;
  std::optional<UnixNanos> from_;
  std::optional<UnixNanos> to_;
  std::optional<MinuteRow> last_;
  std::optional<RowGap> open_;
  std::vector<RowGap> ended_;
};

}  // namespace acts

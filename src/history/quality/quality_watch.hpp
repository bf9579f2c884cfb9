// The rows of one data set, looked at one after the other: what is missing, there twice, out of order, crossed, odd.
// Says it, and repairs nothing. Pure; memory does not grow with the rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "history/import/source_name.hpp"
#include "history/quality/book_watch.hpp"
#include "history/quality/day_findings.hpp"
#include "history/quality/outlier_window.hpp"
#include "history/table/kind.hpp"

namespace acts::history {

class QualityWatch {
 public:
  QualityWatch(DataSet set, FindingSink told);
  QualityWatch(const QualityWatch&) = delete;  // its parts know each other
  QualityWatch& operator=(const QualityWatch&) = delete;

  // Day by day, within each in the order of the kind.
  void look(const Row& row);
  void end_day();
  // What follows does not continue what was: a file between them cannot be read.
  void interrupt();
  // The end of the last day has been told. Afterwards it is to be used no more.
  void finish();

 private:
  void check_order(const Row& row, std::int64_t time);
  void check_key(std::int64_t key, std::int64_t time);
  void check_gap(std::int64_t key, std::int64_t time, const Row& row);
  void check_candle(const Row& row, std::int64_t time);
  void check_shape(const Row& row, std::int64_t time);
  void check_prices(const Row& row, std::int64_t time);
  void check_quote(const Row& row, std::int64_t time);
  void look_at_unit(const Row& row, std::int64_t time);
  void tell(const std::optional<OutlierWindow::Outlier>& outlier);
  void add(FindingKind kind, std::int64_t time, std::string detail = {});
  [[nodiscard]] std::int64_t time_of(const Row& row) const;
  [[nodiscard]] Decimal decimal(const Row& row, std::size_t column) const;
  [[nodiscard]] std::string text(const Row& row, std::size_t column) const;

  // How keys go on from row to row.
  enum class Steps : std::uint8_t {
    kNone,   // in no known way
    kIds,    // each is the one before and 1
    kTimes,  // step_ apart, or what the row says (interval_hours), perhaps some milliseconds sooner or later
  };

  DataSet set_;
  const Kind* kind_;
  DayFindings findings_;
  std::optional<BookWatch> book_;  // of book_updates
  OutlierWindow outliers_;
  Steps steps_ = Steps::kNone;
  std::int64_t step_ = 0;
  bool has_single_key_ = true;

  bool has_last_ = false;
  std::int64_t last_key_ = 0;
  std::int64_t last_time_ = 0;

  std::optional<std::size_t> price_;  // columns
  std::optional<std::size_t> bid_;
  std::optional<std::size_t> ask_;
  std::optional<std::size_t> hours_;

  enum class Unit : std::uint8_t { kUnknown, kMillis, kMicros };
  Unit unit_ = Unit::kUnknown;       // of this day
  Unit last_unit_ = Unit::kUnknown;  // of the last day that had rows
  std::int64_t day_begin_ = 0;       // the first row's time
};

}  // namespace acts::history

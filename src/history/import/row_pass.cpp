#include "history/import/row_pass.hpp"

#include <fmt/format.h>

#include <utility>

#include "history/table/row_text.hpp"

namespace acts::history {

RowPass::RowPass(std::unique_ptr<RowReader> reader, const Kind& kind, std::string_view interval,
                 const PassOptions& options)
    : reader_(std::move(reader)),
      kind_(&kind),
      options_(options),
      watch_(kind, interval, options.has_dense_ids),
      rejects_(options.rejects) {
  if (kind.is_stream) levels_.emplace(kind);
}

SourceFacts RowPass::facts() const {
  SourceFacts facts = watch_.facts();
  facts.repeated += repeated_levels_;
  return facts;
}

Result<std::optional<std::int64_t>> RowPass::next_day() {
  if (!has_row_) {
    const Result<bool> read = read_row();
    if (!read) return std::unexpected(read.error());
    if (!*read) return std::nullopt;
  }
  if (row_day_ <= day_) {
    return out_of_order(fmt::format("its time is of {}, which was over: sort the file by time", day_text(row_day_)));
  }
  day_ = row_day_;
  return day_;
}

Result<bool> RowPass::next(Row& row) {
  if (!has_row_) {
    Result<bool> read = read_row();
    if (!read || !*read) return read;
  }
  if (row_day_ != day_) return false;
  row = row_;
  has_row_ = false;
  return true;
}

// The next good one, into row_. False: there is none.
Result<bool> RowPass::read_row() {
  while (!needs_wide_) {
    const Result<RowReader::Got> got = reader_->next(row_);
    if (!got) return std::unexpected(got.error());
    switch (*got) {
      case RowReader::Got::kEnd: return false;
      case RowReader::Got::kBad: {
        const RowReader::Bad bad = reader_->bad();
        if (const Result<void> noted = reject(bad.reason, bad.text); !noted) return std::unexpected(noted.error());
        continue;
      }
      case RowReader::Got::kRow: break;
    }
    Result<bool> taken = take_row();
    if (!taken || *taken) return taken;
  }
  return false;
}

// False: go on with the next one.
Result<bool> RowPass::take_row() {
  if (!has_time(*kind_, row_)) {
    if (const Result<void> noted = reject("it has no time", ""); !noted) return std::unexpected(noted.error());
    return false;
  }
  const std::int64_t day = day_of(micros_of(*kind_, row_));
  if (options_.form == DecimalForm::kWide) {
    widen(*kind_, row_);
  } else if (row_.form == DecimalForm::kWide) {
    narrow(*kind_, row_);
    needs_wide_ = row_.form == DecimalForm::kWide;
    if (needs_wide_) return false;
  }
  if (levels_) {
    const Result<bool> is_repeated = is_repeated_level();
    if (!is_repeated) return is_repeated;
    if (*is_repeated) return false;
    counted_.number(row_);
  }
  const bool may_go_back = options_.is_sorted && day != row_day_;
  switch (watch_.look(row_, may_go_back)) {
    case RowWatch::Verdict::kTake: row_day_ = day; return has_row_ = true;
    case RowWatch::Verdict::kRepeated: return false;
    case RowWatch::Verdict::kOutOfOrder:
      return out_of_order(
          fmt::format("its {} is below that of the row before: sort the file by it", kind_->columns[0].name));
    case RowWatch::Verdict::kContradicts: break;
  }
  const std::string reason =
      fmt::format("its {} is that of the row before, its values are not", kind_->columns[0].name);
  if (const Result<void> noted = reject(reason, row_text(*kind_, row_)); !noted) return std::unexpected(noted.error());
  return false;
}

Result<bool> RowPass::is_repeated_level() {
  switch (levels_->look(row_)) {
    case RepeatedLevels::Verdict::kNew: return false;
    case RepeatedLevels::Verdict::kRepeated: ++repeated_levels_; return true;
    case RepeatedLevels::Verdict::kTooMany: break;
  }
  return fail(ErrorCode::kBadInput,
              fmt::format("line {}: more than {} levels have one ts_recv_ns: which of them are there twice cannot be "
                          "told",
                          reader_->place(), RepeatedLevels::kMost));
}

std::unexpected<Error> RowPass::out_of_order(const std::string& what) {
  is_out_of_order_ = true;
  return fail(ErrorCode::kBadInput, fmt::format("line {}: {}", reader_->place(), what));
}

Result<void> RowPass::reject(std::string_view reason, std::string_view text) {
  return rejects_.add(reader_->place(), reason, text, options_.max_bad_rows);
}

}  // namespace acts::history

#include "sim/latency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

namespace acts::sim {
namespace {

// In doubles and cut off, as hftbacktest does: a nanosecond of difference decides who comes first.
Nanos between(UnixNanos now, UnixNanos t1, Nanos latency1, UnixNanos t2, Nanos latency2) {
  const auto count = [](Nanos span) { return static_cast<double>(span.count()); };
  const double share = count(latency2 - latency1) / count(t2 - t1) * count(now - t1);
  return Nanos{static_cast<std::int64_t>(share)} + latency1;
}

bool is_refused(const LatencyRow& row) { return row.venue.value <= 0; }

Result<void> check_row(const LatencyRow& row, const LatencyRow* before, std::size_t number) {
  const Nanos whole = row.response - row.request;
  if (whole < Nanos{0} || (!is_refused(row) && (row.venue < row.request || row.response < row.venue))) {
    return fail(ErrorCode::kBadInput,
                fmt::format("row {}: its times go back: request, venue and response stand in this order", number));
  }
  if (whole > Latency::kMost) {
    return fail(ErrorCode::kBadInput, fmt::format("row {}: {} for a request: at most {} are taken", number,
                                                  acts::to_string(whole), acts::to_string(Latency::kMost)));
  }
  if (before != nullptr && row.request <= before->request) {
    return fail(ErrorCode::kBadInput,
                fmt::format("row {}: its request is not after that of the row before: sort the rows", number));
  }
  return {};
}

Latency checked(Nanos span) {
  const Result<Latency> latency = Latency::of(span);
  ACTS_ASSERT(latency.has_value());  // between two that were checked
  return *latency;
}

}  // namespace

Result<LatencyModel> LatencyModel::recorded(std::vector<LatencyRow> rows) {
  if (rows.empty()) return fail(ErrorCode::kBadInput, "there is no latency in it");
  LatencyModel model;
  Recorded recorded;
  std::vector<LatencyRow>& answered = recorded.answered;
  model.least_response_ = checked(Latency::kMost);
  const LatencyRow* before = nullptr;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (const Result<void> checked_row = check_row(rows[i], before, i + 1); !checked_row) {
      return std::unexpected(checked_row.error());
    }
    before = &rows[i];
    if (is_refused(rows[i])) continue;
    if (!answered.empty() && rows[i].venue <= answered.back().venue) {
      return fail(ErrorCode::kBadInput,
                  fmt::format("row {}: its time at the venue is not after that of the row before", i + 1));
    }
    answered.push_back(rows[i]);
    model.least_response_ = std::min(model.least_response_, checked(rows[i].response - rows[i].venue));
  }
  if (answered.empty()) return fail(ErrorCode::kBadInput, "none of its requests came to the venue");
  recorded.rows = std::move(rows);
  model.recorded_ = std::make_shared<const Recorded>(std::move(recorded));
  return model;
}

LatencyModel LatencyModel::drawn(LatencyDistribution entry, LatencyDistribution response, std::uint64_t seed) {
  LatencyModel model;
  model.least_response_ = response.least();
  model.drawn_ = std::make_shared<const Drawn>(std::move(entry), std::move(response), seed);
  model.use_stream(0);
  return model;
}

void LatencyModel::use_stream(std::uint32_t instrument) {
  if (drawn_ == nullptr) return;
  const auto stream = [&](std::uint64_t leg) {
    return SplitMix(SplitMix(drawn_->seed).next() ^ SplitMix(std::uint64_t{instrument} * 2 + leg).next());
  };
  entries_ = stream(0);
  responses_ = stream(1);
}

std::optional<LatencyModel::Period> LatencyModel::period() const {
  if (recorded_ == nullptr) return std::nullopt;
  return Period{recorded_->rows.front().request, recorded_->rows.back().response};
}

LatencyModel::Entry LatencyModel::entry(UnixNanos now) {
  if (drawn_ != nullptr) return {drawn_->entry.draw(entries_), false};
  if (recorded_ == nullptr) return {entry_, false};
  const std::vector<LatencyRow>& rows = recorded_->rows;
  while (next_request_ < rows.size() && rows[next_request_].request <= now) ++next_request_;
  ACTS_ASSERT(next_request_ == 0 || rows[next_request_ - 1].request <= now);
  const LatencyRow& last = rows[next_request_ == 0 ? 0 : next_request_ - 1];
  if (next_request_ == 0 || next_request_ == rows.size()) {
    if (is_refused(last)) return {checked(last.response - last.request), true};
    return {checked(last.venue - last.request), false};
  }
  const LatencyRow& next = rows[next_request_];
  const bool refused = is_refused(last) || is_refused(next);
  const Nanos latency1 = (refused ? last.response : last.venue) - last.request;
  const Nanos latency2 = (refused ? next.response : next.venue) - next.request;
  return {checked(between(now, last.request, latency1, next.request, latency2)), refused};
}

Latency LatencyModel::response(UnixNanos now) {
  if (drawn_ != nullptr) return drawn_->response.draw(responses_);
  if (recorded_ == nullptr) return response_;
  const std::vector<LatencyRow>& answered = recorded_->answered;
  while (next_answer_ < answered.size() && answered[next_answer_].venue <= now) ++next_answer_;
  ACTS_ASSERT(next_answer_ == 0 || answered[next_answer_ - 1].venue <= now);
  const LatencyRow& last = answered[next_answer_ == 0 ? 0 : next_answer_ - 1];
  if (next_answer_ == 0 || next_answer_ == answered.size()) return checked(last.response - last.venue);
  const LatencyRow& next = answered[next_answer_];
  return checked(between(now, last.venue, last.response - last.venue, next.venue, next.response - next.venue));
}

}  // namespace acts::sim

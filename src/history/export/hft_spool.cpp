#include "history/export/hft_spool.hpp"

#include <algorithm>
#include <variant>

#include "acts/base/assert.hpp"

namespace acts::history {

class HftSpool::Events final : public HftSource {
 public:
  Events(const HftSpool& spool, const RecordingContents& contents, HftMessages::Trades trades)
      : spool_(&spool), contents_(&contents), trades_(trades), level_(spool.levels_.begin()) {}

  Result<bool> next(HftEvent& event) override {
    while (left_ == 0) {
      if (head_ == spool_->heads_.size()) return false;
      begin(spool_->heads_[head_++]);
    }
    --left_;
    event = event_of(*level_++, exch_ts_, local_ts_);
    return true;
  }

 private:
  void begin(const Head& head) {
    if (is_ours(head)) {
      local_ts_ = head.local_ts;
      if (head.exch_ts) latest_ = std::max(latest_.value_or(*head.exch_ts), *head.exch_ts);
      exch_ts_ = head.exch_ts.value_or(latest_.value_or(head.local_ts));
      if (is_wanted(head.use)) {
        left_ = head.levels;
        return;
      }
    }
    level_ += head.levels;
  }

  bool is_ours(const Head& head) {
    if (head.use != Use::kAnswer) return true;
    const auto told = contents_->answers.find(spool_->answers_[answer_++]);
    return told != contents_->answers.end() && told->second == spool_->filter_.symbol;
  }

  [[nodiscard]] bool is_wanted(Use use) const {
    if (use == Use::kSingleTrades) return trades_ == HftMessages::Trades::kSingle;
    return use != Use::kAggregatedTrades || trades_ == HftMessages::Trades::kAggregated;
  }

  const HftSpool* spool_;
  const RecordingContents* contents_;
  HftMessages::Trades trades_;
  std::deque<HftLevel>::const_iterator level_;
  std::size_t head_ = 0;
  std::size_t answer_ = 0;
  std::uint32_t left_ = 0;  // of the message under way,
  std::int64_t exch_ts_ = 0;
  std::int64_t local_ts_ = 0;  // and its times
  std::optional<std::int64_t> latest_;
};

HftSpool::Use HftSpool::use_of(const SeenMessage& seen) {
  if (seen.symbol.empty()) return Use::kAnswer;
  const auto* trade = std::get_if<Trade>(&seen.message.body);
  if (trade == nullptr) return Use::kAlways;
  return trade->aggregate ? Use::kAggregatedTrades : Use::kSingleTrades;
}

void HftSpool::take(const SeenMessage& seen) {
  const auto& body = seen.message.body;
  const bool is_answer = seen.symbol.empty() && std::holds_alternative<DepthSnapshot>(body);
  if (!is_whole_ || (seen.symbol != filter_.symbol && !is_answer) || std::holds_alternative<BookTicker>(body)) return;
  const UnixNanos ts = seen.line.ts_recv;
  if ((filter_.from && ts < *filter_.from) || (filter_.to && ts >= *filter_.to)) return;
  if (!once_.is_first(seen.message)) return;
  made_.clear();
  append_hft_levels(seen.message, made_);
  Head head{.local_ts = ts.value, .levels = static_cast<std::uint32_t>(made_.size()), .use = use_of(seen)};
  if (const auto made = event_times_.of(seen.message, seen.line.json)) head.exch_ts = made->value;
  if (head.use == Use::kAnswer) answers_.emplace_back(seen.line.file, seen.line.line_number);
  heads_.push_back(head);
  levels_.insert(levels_.end(), made_.begin(), made_.end());
  if (levels_.size() <= kMostEvents && heads_.size() <= kMostEvents) return;
  is_whole_ = false;
  levels_ = {};
  heads_ = {};
  answers_ = {};
}

std::unique_ptr<HftSource> HftSpool::events(const RecordingContents& contents, HftMessages::Trades trades) const {
  ACTS_ASSERT(is_whole_);
  return std::make_unique<Events>(*this, contents, trades);
}

}  // namespace acts::history

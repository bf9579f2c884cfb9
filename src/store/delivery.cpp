#include "store/delivery.hpp"

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

namespace acts {

Delivery::Delivery(const DeliveryOptions& options)
    : options_(options),
      backoff_(options.retry_first, options.retry_cap, options.seed),
      wait_until_(Nanos::min()),
      limit_(options.batch) {
  ACTS_ASSERT(options.batch > 0);
}

Delivery::Action Delivery::next(Nanos now) const {
  if (now < wait_until_) return Wait{wait_until_};
  if (!status_.connected) return Connect{};
  if (batch_ == 0) return Read{limit_};
  if (!to_set_aside_.empty()) return to_set_aside_.front();
  if (!to_send_.empty()) return to_send_.back();
  // Every row of the batch is confirmed or durably set aside: only here.
  return Advance{};
}

void Delivery::on_connected(const Result<void>& result, Nanos now) {
  ACTS_ASSERT(!status_.connected);
  if (!result) return failed(result.error(), now);
  status_.connected = true;
}

void Delivery::on_read(const Result<std::size_t>& rows, Nanos now) {
  ACTS_ASSERT(status_.connected && batch_ == 0);
  if (!rows) return failed(rows.error(), now);
  status_.idle = *rows == 0;
  if (status_.idle) {
    status_.failure.clear();
    backoff_.reset();
    wait_until_ = now + options_.poll;
    return;
  }
  ACTS_ASSERT(*rows <= limit_);
  batch_ = *rows;
  to_send_ = {{0, batch_}};
}

void Delivery::on_sent(const Result<std::vector<Refusal>>& result, Nanos now) {
  ACTS_ASSERT(!to_send_.empty());
  const Send sent = to_send_.back();
  if (!result && result.error().code != ErrorCode::kBadInput) return failed(result.error(), now);
  to_send_.pop_back();
  if (result) {
    for (const Refusal& refusal : *result) {
      ACTS_ASSERT(refusal.row < sent.count);
      to_set_aside_.push_back({sent.first + refusal.row, refusal.reason});
    }
  } else if (sent.count == 1) {
    to_set_aside_.push_back({sent.first, result.error().message});
  } else {
    const std::size_t half = sent.count / 2;
    to_send_.push_back({sent.first + half, sent.count - half});
    to_send_.push_back({sent.first, half});
  }
}

void Delivery::on_set_aside(const Result<void>& result, Nanos now) {
  ACTS_ASSERT(!to_set_aside_.empty());
  if (!result) return failed(result.error(), now);
  to_set_aside_.pop_front();
  ++set_aside_;
}

void Delivery::on_advanced(const Result<void>& result, Nanos now) {
  ACTS_ASSERT(batch_ > 0 && to_send_.empty() && to_set_aside_.empty());
  if (!result) return failed(result.error(), now);
  status_.delivered += batch_ - set_aside_;
  status_.refused += set_aside_;
  status_.failure.clear();
  backoff_.reset();
  limit_ = std::min(limit_ * 2, options_.batch);
  forget_batch();
}

void Delivery::look_now() {
  if (status_.idle) wait_until_ = Nanos::min();
}

void Delivery::failed(const Error& error, Nanos now) {
  ++status_.failures;
  status_.failure = error.message;
  status_.connected = false;
  status_.idle = false;
  // A server that is slow may take fewer rows within the time it is given.
  if (!to_send_.empty()) limit_ = std::max<std::size_t>(1, batch_ / 2);
  forget_batch();
  wait_until_ = now + backoff_.next();
}

void Delivery::forget_batch() {
  batch_ = 0;
  set_aside_ = 0;
  to_send_.clear();
  to_set_aside_.clear();
}

}  // namespace acts

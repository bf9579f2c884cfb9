// When the matching engine made what a message tells ("T"), which is up to some milliseconds before the message was
// sent ("E"). Books need E alone, so the Decoder does not read it; whoever lines a book up with the venue's trades,
// which are stamped with T, asks here. USD-M only: spot's depth has no T (market streams of both venues, read
// 2026-05-28).
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "acts/base/time.hpp"

namespace acts::binance {

// Owns its buffers (they grow to the largest message seen). Not thread-safe.
class TransactionTime {
 public:
  TransactionTime();
  ~TransactionTime();
  TransactionTime(TransactionTime&&) noexcept;
  TransactionTime& operator=(TransactionTime&&) noexcept;

  // Of a message of a stream, in its combined envelope or without it, or of a REST depth answer. Nothing if it has
  // none, or is none; what stands behind the times of a depth update or a trade is not looked at.
  std::optional<UnixNanos> of(std::string_view json);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace acts::binance

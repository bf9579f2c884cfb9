// Reads one depth update, or REST depth answer, exactly as Binance writes it, in one pass: key order, no blanks, no
// escapes. Anything else is not its business.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "acts/market/events.hpp"

#include "binance/level_form.hpp"

namespace acts::binance {

// Bytes that must be readable behind the text of a head.
inline constexpr std::size_t kScannerPadding = 64;

struct ScannedDepth {
  std::string_view stream;  // empty on a raw connection
  std::string_view symbol;
  std::int64_t ts_event = 0;  // as written: milli- or microseconds
  std::int64_t first_update_id = 0;
  std::int64_t last_update_id = 0;
  std::int64_t previous_last_update_id = 0;
  bool has_previous = false;
};

// The forms that levels of one instrument have had of late, the most usual first; worth keeping from message to
// message.
class UsualForms {
 public:
  // Of the most usual form.
  [[nodiscard]] const LevelReader& reader() const { return readers_[usual_]; }
  [[nodiscard]] Scales scales() const { return scales_; }
  void set_scales(Scales scales);
  // A level at `p` that reader() does not match: the reader that does; null if there is none. One that is wanted for
  // two levels on end becomes the most usual one.
  const LevelReader* other(const char* p);
  // There was none, and this is the level's form: one that is missed twice gets a reader, instead of another.
  void missed(const LevelForm& form);

 private:
  static constexpr std::size_t kReaders = 4;
  std::array<LevelReader, kReaders> readers_;
  std::size_t usual_ = 0;
  std::size_t oldest_ = 0;
  const char* other_end_ = nullptr;  // where the next level begins
  LevelForm last_missed_;
  Scales scales_;
};

// Levels in the order read. Keeps its memory, and what is in it.
class LevelList {
 public:
  [[nodiscard]] std::span<const Level> levels() const { return {memory_.data(), size_}; }

 private:
  friend class DepthScanner;
  std::vector<Level> memory_;
  std::size_t size_ = 0;
};

// Head first, so that the caller can find the scales by the symbol; then the levels. Each returns false as soon as the
// text is not of the expected form (then use the general parser).
class DepthScanner {
 public:
  // `text`: a message, or its beginning; followed by kScannerPadding readable bytes that do not continue it. The views
  // of `out` point into it. Returns false also if the head does not end within the text.
  bool head(std::string_view text, ScannedDepth& out);
  // The same for a REST depth answer: only last_update_id is read, and ts_event where there is one (USD-M), else 0.
  bool snapshot_head(std::string_view text, ScannedDepth& out);
  // After either: the message that `text` was, or began; nothing behind it is read. False also for a value that needs
  // more decimals than `scales`, is negative, zero as a price, or too large.
  bool levels(std::string_view message, Scales scales, UsualForms& forms, LevelList& bids, LevelList& asks);

 private:
  bool end_head(std::string_view text, const char* p);
  bool side(UsualForms& forms, LevelList& out);
  bool end();
  const char* within_reach(const char* p) { return p > tail_begin_ && tail_begin_ != end_ ? enter_tail(p) : p; }
  const char* enter_tail(const char* p);

  // A level has at most 10 + 1 + 8 digits twice, with ["",""] around them; then comes at most ],"asks":[ and the byte
  // after.
  static constexpr std::size_t kLongestLevel = 2 * 19 + 7;
  static constexpr std::size_t kLongestStep = kLongestLevel + 11;
  // The last bytes of a message are read from a copy with zeros behind it.
  static constexpr std::size_t kTail = 64;
  static_assert(kLongestStep <= kTail && LevelReader::kReach <= kTail);
  std::array<char, LevelReader::kBefore + kTail + kScannerPadding> tail_;

  std::size_t head_size_ = 0;
  bool combined_ = false;
  bool snapshot_ = false;
  const char* at_ = nullptr;
  const char* tail_begin_ = nullptr;  // from behind here on the tail is to be entered
  const char* end_ = nullptr;
};

}  // namespace acts::binance

// Which rows of book_updates are there a second time: a level occurs once in a message. A file whose messages are there
// twice, in a row or as a whole, is told so once it is in the order of receipt. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "acts/base/decimal.hpp"

#include "history/table/kind.hpp"

namespace acts::history {

class RepeatedLevels {
 public:
  // Levels of one time of receipt that are held, some 150 bytes each: four times the largest message.
  static constexpr std::size_t kMost = 1'000'000;

  // `kind`: of the columns of book_updates (asserted).
  explicit RepeatedLevels(const Kind& kind);

  enum class Verdict : std::uint8_t {
    kNew,
    // Its message has told of that level already, and the same quantity last. A message is one id, or, where there are
    // none, one time of the venue. Without the row the book is the same behind every other one.
    kRepeated,
    kTooMany,  // kMost levels are of this time of receipt: it is not known
  };
  // In the order of receipt, of either form.
  Verdict look(const Row& row);

 private:
  // What tells a message from others of the same time of receipt.
  struct Message {
    int128 update_id = 0;
    int128 ts_event = 0;  // of one without an id; else 0
    std::uint64_t turn = 0;
    bool has_id = false;
    bool is_snapshot = false;
    friend bool operator==(const Message&, const Message&) = default;
  };
  struct Level {
    Message message = {};
    int128 price = 0;  // with 12 decimals
    bool has_price = false;
    bool is_bid = false;
    friend bool operator==(const Level&, const Level&) = default;
  };
  struct Held {
    Level level;
    int128 quantity = 0;
    std::size_t slot = 0;
  };

  [[nodiscard]] Message message_of(const Row& row);
  [[nodiscard]] Level level_of(const Row& row);
  [[nodiscard]] std::size_t slot_of(const Level& level) const;
  void clear();
  void grow();

  std::size_t event_;
  std::size_t update_id_;
  std::size_t is_snapshot_;
  std::size_t is_bid_;
  std::size_t price_;
  std::size_t quantity_;

  std::int64_t received_ns_ = 0;
  // Of what has no ids: how often snapshots and updates have taken turns at this time. What is told again behind the
  // other changes the book.
  std::uint64_t turn_ = 0;
  bool was_snapshot_ = false;
  std::vector<Held> held_;            // of this time of receipt
  std::vector<std::uint32_t> slots_;  // places in held_, from 1; 0: none
};

}  // namespace acts::history

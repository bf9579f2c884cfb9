// Delivery against a naive world: rows that change at any time, a sink that fails at any point and loses answers, rows
// it refuses, a disk that is full now and then. What must hold is looked at after every step.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <set>

#include "store/delivery.hpp"

namespace acts {
namespace {

using Key = int;

class World {
 public:
  explicit World(unsigned seed) : random_(seed) {
    DeliveryOptions options;
    options.batch = 1 + pick(12);
    options.seed = seed;
    delivery_.emplace(options);
    for (Key key = 0; key < 40; ++key) {
      if (pick(9) == 0) poison_.insert(key);
    }
  }

  // One step with failures; "" or what is wrong.
  std::string step(bool calm, bool advances_when_read) {
    calm_ = calm;
    if (!calm && pick(3) == 0) write(static_cast<Key>(pick(40)));
    now_ += std::chrono::milliseconds{pick(500)};
    const Delivery::Action action = delivery_->next(now_);
    std::visit([this](const auto& a) { carry(a); }, action);
    if (advances_when_read && std::holds_alternative<Delivery::Read>(action) && !batch_.empty()) {
      cursor_ = batch_.back().first;
    }
    return check();
  }
  [[nodiscard]] bool is_done() const { return delivery_->status().idle && cursor_ == last_change(); }
  std::string at_end() const {
    for (const auto& [key, row] : local_) {
      const bool is_there = remote_.contains(key) && remote_.at(key) == row.value;
      if (poison_.contains(key) ? !aside_.contains(key) : !is_there) return "row " + std::to_string(key) + " is lost";
    }
    return {};
  }

 private:
  struct Row {
    int change = 0;
    int value = 0;
  };

  std::size_t pick(std::size_t n) { return random_() % n; }
  bool fails() { return !calm_ && pick(4) == 0; }
  [[nodiscard]] int last_change() const { return next_change_ - 1; }
  void write(Key key) { local_[key] = {next_change_++, static_cast<int>(pick(1000))}; }

  void carry(Delivery::Connect) { fails() ? delivery_->on_connected(gone(), now_) : delivery_->on_connected({}, now_); }
  void carry(Delivery::Read read) {
    if (fails()) return delivery_->on_read(gone(), now_);
    std::map<int, Key> by_change;
    for (const auto& [key, row] : local_) {
      if (row.change > cursor_) by_change[row.change] = key;
    }
    batch_.clear();
    for (const auto& [change, key] : by_change) {
      if (batch_.size() < read.max) batch_.emplace_back(change, std::pair{key, local_[key].value});
    }
    delivery_->on_read(batch_.size(), now_);
  }
  void carry(Delivery::Send send) {
    const bool lost = fails();
    if (lost && pick(2) == 0) return delivery_->on_sent(gone(), now_);
    std::vector<Refusal> refusals;
    for (std::size_t i = 0; i < send.count; ++i) {
      if (poison_.contains(batch_[send.first + i].second.first)) refusals.push_back({i, "poison"});
    }
    // Half the sinks name the rows, the others refuse the whole.
    if (names_rows_ || refusals.empty()) {
      for (std::size_t i = 0; i < send.count; ++i) {
        const auto& [key, value] = batch_[send.first + i].second;
        if (!poison_.contains(key)) remote_[key] = value;
      }
    }
    if (lost) return delivery_->on_sent(gone(), now_);  // stored, but the answer did not come
    if (names_rows_) return delivery_->on_sent(refusals, now_);
    refusals.empty() ? delivery_->on_sent(std::vector<Refusal>{}, now_)
                     : delivery_->on_sent(fail(ErrorCode::kBadInput, "poison"), now_);
  }
  void carry(const Delivery::SetAside& aside) {
    if (fails()) return delivery_->on_set_aside(gone(), now_);
    aside_.insert(batch_[aside.row].second.first);
    delivery_->on_set_aside({}, now_);
  }
  void carry(Delivery::Advance) {
    if (fails()) return delivery_->on_advanced(gone(), now_);
    cursor_ = batch_.back().first;
    delivery_->on_advanced({}, now_);
  }
  void carry(Delivery::Wait wait) { now_ = wait.until; }
  static std::unexpected<Error> gone() { return fail(ErrorCode::kRetry, "gone"); }

  // What lies behind the cursor is in the sink with its present value, or set aside.
  [[nodiscard]] std::string check() const {
    for (const auto& [key, row] : local_) {
      if (row.change > cursor_) continue;
      const bool is_there = remote_.contains(key) && remote_.at(key) == row.value;
      if (!is_there && !aside_.contains(key)) return "the cursor moved past row " + std::to_string(key);
      if (aside_.contains(key) && !poison_.contains(key)) return "a good row is set aside";
    }
    return {};
  }

  std::mt19937 random_;
  std::optional<Delivery> delivery_;
  bool names_rows_ = pick(2) == 0;
  bool calm_ = false;
  Nanos now_{0};
  int next_change_ = 1;
  int cursor_ = 0;
  std::map<Key, Row> local_;
  std::map<Key, int> remote_;
  std::set<Key> aside_;
  std::set<Key> poison_;
  std::vector<std::pair<int, std::pair<Key, int>>> batch_;
};

// "" or the first thing that is wrong.
std::string run(unsigned seed, bool advances_when_read) {
  World world(seed);
  for (int i = 0; i < 600; ++i) {
    if (std::string wrong = world.step(false, advances_when_read); !wrong.empty()) return wrong;
  }
  for (int i = 0; i < 2000 && !world.is_done(); ++i) {
    if (std::string wrong = world.step(true, advances_when_read); !wrong.empty()) return wrong;
  }
  return world.is_done() ? world.at_end() : "comes to no end";
}

TEST(DeliveryProperty, LosesNoRowWhateverFails) {
  for (unsigned seed = 0; seed < 300; ++seed) ASSERT_EQ(run(seed, false), "") << "seed " << seed;
}

// The check bites: one that moves its cursor when it has read, not when the sink has confirmed, is found at once.
TEST(DeliveryProperty, FindsACursorThatMovesBeforeTheSinkHasConfirmed) {
  EXPECT_EQ(run(1, true).substr(0, 25), "the cursor moved past row");
}

}  // namespace
}  // namespace acts

// One connection from the attempt to its end: what is subscribed on it, what the venue has acknowledged, when it last
// spoke. Pure; asks for messages to be sent through the ActionQueue.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "binance/messages.hpp"
#include "binance/rate_budget.hpp"
#include "collector/actions.hpp"
#include "collector/options.hpp"

namespace acts::collector {

// The streams of one symbol on one line: they stay together.
struct LineMember {
  binance::InstrumentIndex instrument = binance::kNoInstrument;
  std::vector<std::string> names;
  bool primary = false;  // its depth is among them, or there is none: the line speaks for the symbol
  bool has_depth = false;
  bool is_steady = false;  // one of them sends whether or not its market moves
};

class Connection {
 public:
  enum class State : std::uint8_t { kConnecting, kOpen, kClosing };
  static constexpr std::size_t kMaxHeldBytes = std::size_t{8} << 20;

  Connection(ConnectionNumber number, std::string url, Venue venue, UnixNanos now);

  // The stream is named in the URL: subscribed as soon as the connection is open.
  void subscribed_by_url(const LineMember& member);
  void subscribe(const LineMember& member);
  void unsubscribe(const LineMember& member);

  // Each returns the members whose subscription the venue has just confirmed.
  std::vector<binance::InstrumentIndex> on_open(UnixNanos now);
  // Nothing of ours: empty.
  std::vector<binance::InstrumentIndex> on_reply(std::int64_t id, UnixNanos now);
  // Sent again after a while. False: not an answer to a message of ours.
  bool on_error_reply(std::int64_t id, UnixNanos now);
  // Sends what is due, as fast as the venue takes it.
  void flush(ActionQueue& out, UnixNanos now);
  [[nodiscard]] bool ack_overdue(UnixNanos now, Nanos limit) const;

  void on_message(UnixNanos now);
  void on_data(binance::InstrumentIndex instrument, bool is_depth, UnixNanos now);
  void join(binance::InstrumentIndex instrument);
  // Keeps a message of a symbol that has not joined. False: no more than kMaxHeldBytes are kept, it is gone, and
  // overflowed() from then on.
  bool hold(binance::InstrumentIndex instrument, std::string_view bytes);
  [[nodiscard]] const std::string* first_held(binance::InstrumentIndex instrument) const;
  std::deque<std::string> take_held(binance::InstrumentIndex instrument);
  void close(UnixNanos now);
  // The venue said that it will close it.
  void doom() { doomed_ = true; }
  // It was opened beside another one, and a symbol of it is heard only once it has joined.
  void set_joining(bool joining) { joining_ = joining; }

  [[nodiscard]] ConnectionNumber number() const { return number_; }
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] std::string_view url_without_query() const { return std::string_view(url_).substr(0, url_.find('?')); }
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] UnixNanos created_at() const { return created_at_; }
  [[nodiscard]] std::optional<UnixNanos> opened_at() const { return opened_at_; }
  // Every subscription confirmed, for the first time.
  [[nodiscard]] std::optional<UnixNanos> ready_at() const { return ready_at_; }
  [[nodiscard]] UnixNanos closed_at() const { return closed_at_; }
  [[nodiscard]] std::optional<UnixNanos> last_message() const { return last_message_; }
  [[nodiscard]] std::uint64_t messages() const { return messages_; }
  [[nodiscard]] bool has_data() const { return has_data_; }
  [[nodiscard]] bool doomed() const { return doomed_; }
  [[nodiscard]] bool overflowed() const { return overflowed_; }
  // Said once, by whoever asked first whether it has held for that long.
  [[nodiscard]] bool is_newly_stable(UnixNanos now, Nanos stable);
  [[nodiscard]] bool joining() const { return joining_; }
  // Subscribed on it, and heard.
  [[nodiscard]] bool delivers(binance::InstrumentIndex instrument) const {
    return state_ == State::kOpen && subscribed(instrument) && (!joining_ || joined(instrument));
  }
  [[nodiscard]] bool subscribed(binance::InstrumentIndex instrument) const;
  [[nodiscard]] bool joined(binance::InstrumentIndex instrument) const;
  [[nodiscard]] std::optional<UnixNanos> last_data(binance::InstrumentIndex instrument) const;
  [[nodiscard]] std::optional<UnixNanos> last_depth(binance::InstrumentIndex instrument) const;
  // For how long it has been behind another one with this symbol, as told by each call.
  Nanos behind_for(binance::InstrumentIndex instrument, bool behind, UnixNanos now);
  // It is so busy that `silence` without a message can only mean that it is dead, and that is how long it has been
  // silent since `since`.
  [[nodiscard]] bool is_dead(UnixNanos now, Nanos silence) const;
  // The same of a connection that carries a stream which sends whether or not its market moves: `first_data` where
  // nothing has come of any stream yet.
  [[nodiscard]] bool is_mute(UnixNanos now, Nanos silence, Nanos first_data) const;
  // A stall of ours is no silence of theirs.
  void grant(Nanos longer);

 private:
  struct Slot {
    bool subscribed = false;
    bool joined = false;
    UnixNanos last_data{INT64_MIN};
    UnixNanos last_depth{INT64_MIN};
    std::optional<UnixNanos> behind_since;
  };
  struct Wish {
    bool subscribe = true;
    binance::InstrumentIndex instrument = binance::kNoInstrument;
    std::vector<std::string> names;
  };
  struct Batch {
    std::int64_t id = 0;
    bool subscribe = true;
    std::vector<Wish> wishes;
    UnixNanos sent;
  };

  Slot& slot(binance::InstrumentIndex instrument);
  [[nodiscard]] const Slot* find_slot(binance::InstrumentIndex instrument) const;
  [[nodiscard]] Batch next_batch();
  void note_ready(UnixNanos now);

  ConnectionNumber number_;
  std::string url_;
  Venue venue_;
  State state_ = State::kConnecting;
  UnixNanos created_at_;
  std::optional<UnixNanos> opened_at_;
  std::optional<UnixNanos> ready_at_;
  UnixNanos closed_at_;
  std::optional<UnixNanos> last_message_;
  UnixNanos alive_at_;  // last message or opening, moved by grant()
  Nanos mean_interval_{0};
  std::uint64_t messages_ = 0;
  bool has_data_ = false;
  bool doomed_ = false;
  bool overflowed_ = false;
  bool stable_ = false;
  bool joining_ = false;
  std::vector<Slot> slots_;  // by instrument
  std::vector<binance::InstrumentIndex> by_url_;
  std::map<binance::InstrumentIndex, std::deque<std::string>> held_;
  std::size_t held_bytes_ = 0;
  std::deque<Wish> wishes_;
  std::vector<Batch> awaiting_;
  std::optional<UnixNanos> retry_at_;  // after an error reply
  binance::SlidingBudget pace_;
  std::int64_t next_id_ = 1;
};

}  // namespace acts::collector

#include "live/cooldown_writer.hpp"

#include <fmt/format.h>

#include <array>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

#include "live/cooldown_file.hpp"
#include "live/join_or_leave.hpp"

namespace acts {

using collector::Cooldown;

struct CooldownWriter::State {
  // Of one scope: the latest.
  struct Slot {
    std::optional<Cooldown> waiting;  // also while it is written
    std::uint64_t given = 0;
    std::uint64_t written = 0;  // which of those given
    std::string failure;        // of the last attempt, if it failed
  };

  State(std::string directory, Venue the_venue, std::shared_ptr<FileOps> the_ops)
      : data_dir(std::move(directory)),
        venue(the_venue),
        own_ops(std::move(the_ops)),
        ops(own_ops ? *own_ops : real_file_ops()) {}

  void run();
  bool write(Slot& slot, std::unique_lock<std::mutex>& lock);
  [[nodiscard]] bool has_work() const { return slots[0].waiting || slots[1].waiting; }
  Slot& slot_of(Cooldown::Scope scope) { return slots.at(scope == Cooldown::Scope::kRest ? 0 : 1); }

  std::string data_dir;
  Venue venue;
  std::shared_ptr<FileOps> own_ops;
  FileOps& ops;

  mutable std::mutex mutex;
  std::condition_variable changed;
  std::array<Slot, 2> slots;
  std::uint64_t given = 0;
  bool stopping = false;
  bool ended = false;
};

CooldownWriter::CooldownWriter(std::string data_dir, Venue venue, std::shared_ptr<FileOps> ops)
    : state_(std::make_shared<State>(std::move(data_dir), venue, std::move(ops))),
      thread_([state = state_] { state->run(); }) {}

CooldownWriter::~CooldownWriter() {
  std::unique_lock lock(state_->mutex);
  state_->stopping = true;
  join_or_leave(thread_, std::move(lock), state_->changed, state_->ended, kEndLimit);
}

Result<void> CooldownWriter::keep(const Cooldown& cooldown) {
  std::unique_lock lock(state_->mutex);
  State::Slot& slot = state_->slot_of(cooldown.scope);
  slot.waiting = cooldown;
  slot.failure.clear();
  const std::uint64_t number = ++slot.given;
  ++state_->given;
  state_->changed.notify_all();
  const auto is_decided = [&slot, number] { return slot.written >= number || !slot.failure.empty(); };
  if (!state_->changed.wait_for(lock, kKeepLimit, is_decided)) {
    return fail(ErrorCode::kStorage,
                fmt::format("{}: the disk does not answer", cooldown_directory(state_->data_dir, state_->venue)));
  }
  if (slot.written < number) return fail(ErrorCode::kStorage, slot.failure);
  return {};
}

bool CooldownWriter::idle() const {
  const std::scoped_lock lock(state_->mutex);
  return !state_->has_work();
}

void CooldownWriter::State::run() {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [this] { return stopping || has_work(); });
    if (stopping) break;
    bool all_written = true;
    const std::uint64_t before = given;
    for (Slot& slot : slots) {
      if (slot.waiting && !write(slot, lock)) all_written = false;
    }
    // Another one is tried at once.
    if (!all_written) changed.wait_for(lock, kPause, [this, before] { return stopping || given != before; });
  }
  ended = true;
  changed.notify_all();
}

bool CooldownWriter::State::write(Slot& slot, std::unique_lock<std::mutex>& lock) {
  const Cooldown cooldown = *slot.waiting;
  const std::uint64_t number = slot.given;
  lock.unlock();
  const Result<void> done = write_cooldown(ops, data_dir, venue, cooldown);
  lock.lock();
  if (done) {
    slot.written = number;
    slot.failure.clear();
    if (slot.given == number) slot.waiting.reset();
  } else {
    slot.failure = done.error().message;
  }
  changed.notify_all();
  return done.has_value();
}

}  // namespace acts

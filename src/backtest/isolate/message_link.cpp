#include "backtest/isolate/message_link.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "acts/base/assert.hpp"

#include "backtest/isolate/protocol.hpp"

namespace acts::backtest {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kReadAtOnce = std::size_t{4} << 10U;

}  // namespace

Result<TimeLimit> TimeLimit::make() {
  const int fd = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (fd >= 0) return TimeLimit(fd);
  return fail(ErrorCode::kStorage, std::string("no timer for the strategy's calls: ") + std::strerror(errno));
}

TimeLimit::~TimeLimit() {
  if (fd_ >= 0) ::close(fd_);
}

void TimeLimit::start(Nanos span) {
  ACTS_ASSERT(span > Nanos{0});
  constexpr std::int64_t kSecond = 1'000'000'000;
  const itimerspec once{.it_interval = {},
                        .it_value = {.tv_sec = span.count() / kSecond, .tv_nsec = span.count() % kSecond}};
  ACTS_ASSERT(::timerfd_settime(fd_, 0, &once, nullptr) == 0);
}

bool TimeLimit::is_over() const {
  pollfd watched{.fd = fd_, .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, 0) > 0;
}

MessageLink::~MessageLink() {
  if (fd_ >= 0) ::close(fd_);
  if (process_ >= 0) ::close(process_);
}

MessageLink::MessageLink(MessageLink&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      process_(std::exchange(other.process_, -1)),
      state_(other.state_),
      out_(std::move(other.out_)),
      in_(std::move(other.in_)),
      taken_(std::exchange(other.taken_, 0)) {}

void MessageLink::watch(int process) {
  ACTS_ASSERT(process_ < 0 && process >= 0);
  process_ = process;
}

LinkState MessageLink::wait(short events, const TimeLimit* limit) {
  for (;;) {
    // poll() passes over a descriptor below 0.
    std::array<pollfd, 3> watched{{{.fd = fd_, .events = events, .revents = 0},
                                   {.fd = process_, .events = POLLIN, .revents = 0},
                                   {.fd = limit == nullptr ? -1 : limit->fd(), .events = POLLIN, .revents = 0}}};
    const int count = ::poll(watched.data(), watched.size(), -1);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return LinkState::kBroken;
    if (watched[0].revents != 0) return LinkState::kOpen;
    return watched[1].revents != 0 ? LinkState::kClosed : LinkState::kLate;
  }
}

LinkState MessageLink::send(std::string_view message, const TimeLimit* limit) {
  if (state_ != LinkState::kOpen) return state_;
  if (message.size() > kMostMessageBytes) return state_ = LinkState::kBroken;
  out_.clear();
  for (std::size_t i = 0; i < kLengthBytes; ++i) out_ += static_cast<char>(message.size() >> (8 * i));
  out_ += message;
  std::string_view left = out_;
  while (!left.empty()) {
    const ssize_t sent = ::send(fd_, left.data(), left.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      left.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (const LinkState waited = wait(POLLOUT, limit); waited != LinkState::kOpen) return state_ = waited;
    } else if (errno != EINTR) {
      return state_ = errno == EPIPE || errno == ECONNRESET ? LinkState::kClosed : LinkState::kBroken;
    }
  }
  return LinkState::kOpen;
}

LinkState MessageLink::fill(std::size_t wanted, const TimeLimit* limit) {
  while (in_.size() < wanted) {
    const std::size_t held = in_.size();
    in_.resize(held + std::max(wanted - held, kReadAtOnce));
    const ssize_t got = ::recv(fd_, in_.data() + held, in_.size() - held, MSG_DONTWAIT);
    const int error = errno;
    in_.resize(held + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got > 0) continue;
    if (got == 0 || error == ECONNRESET) return state_ = LinkState::kClosed;
    if (error == EINTR) continue;
    if (error != EAGAIN && error != EWOULDBLOCK) return state_ = LinkState::kBroken;
    if (const LinkState waited = wait(POLLIN, limit); waited != LinkState::kOpen) return state_ = waited;
  }
  return LinkState::kOpen;
}

LinkState MessageLink::receive(std::string_view& message, const TimeLimit* limit) {
  if (state_ != LinkState::kOpen) return state_;
  in_.erase(0, std::exchange(taken_, 0));
  if (const LinkState filled = fill(kLengthBytes, limit); filled != LinkState::kOpen) return filled;
  std::size_t size = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) size |= std::size_t{static_cast<unsigned char>(in_[i])} << (8 * i);
  if (size > kMostMessageBytes) return state_ = LinkState::kBroken;
  if (const LinkState filled = fill(kLengthBytes + size, limit); filled != LinkState::kOpen) return filled;
  message = std::string_view(in_).substr(kLengthBytes, size);
  taken_ = kLengthBytes + size;
  return LinkState::kOpen;
}

}  // namespace acts::backtest

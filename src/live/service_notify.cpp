#include "live/service_notify.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace acts {
namespace {

// A manager that reads nothing must not hold up who tells it.
constexpr timeval kMostWait{.tv_sec = 0, .tv_usec = 100'000};
constexpr std::int64_t kMostMicros = std::chrono::microseconds{std::chrono::days{1}}.count();

}  // namespace

void notify_service(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (path == nullptr || *path == '\0' || std::strlen(path) >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path, std::strlen(path));
  if (*path == '@') address.sun_path[0] = '\0';  // the abstract namespace
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &kMostWait, sizeof kMostWait);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
  // Nobody is helped by an error here: the service manager sees the silence.
  [[maybe_unused]] const ssize_t sent =
      ::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), length);
  ::close(socket);
}

std::optional<Nanos> service_watchdog_interval() {
  const char* text = std::getenv("WATCHDOG_USEC");
  std::int64_t micros = 0;
  if (text == nullptr || std::from_chars(text, text + std::strlen(text), micros).ec != std::errc{} || micros <= 1) {
    return std::nullopt;
  }
  return std::chrono::microseconds{std::min(micros, kMostMicros) / 2};
}

}  // namespace acts

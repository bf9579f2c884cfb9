#include "servers/fault_proxy.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

namespace acts::servers {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void reset(int fd) {
  const linger at_once{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(fd);
}

}  // namespace

struct FaultProxy::Pair {
  int client;
  int server;
};

FaultProxy::FaultProxy(std::uint16_t server_port)
    : server_port_(server_port), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
  ::listen(listener_, 64);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

FaultProxy::~FaultProxy() {
  stops_ = true;
  thread_.join();
  for (const Pair& pair : pairs_) reset(pair.client), reset(pair.server);
  ::close(listener_);
}

void FaultProxy::run() {
  while (!stops_) {
    std::vector<pollfd> sockets{{listener_, POLLIN, 0}};
    const bool carries = trouble_ != Trouble::kSilent;
    for (const Pair& pair : pairs_) {
      sockets.push_back({pair.client, static_cast<short>(carries ? POLLIN : 0), 0});
      sockets.push_back({pair.server, static_cast<short>(carries ? POLLIN : 0), 0});
    }
    ::poll(sockets.data(), sockets.size(), 10);
    if (trouble_ == Trouble::kSlow) std::this_thread::sleep_for(std::chrono::milliseconds{10});
    if ((sockets[0].revents & POLLIN) != 0) accept();
    for (auto pair = pairs_.begin(); pair != pairs_.end();) {
      const bool goes_on = trouble_ != Trouble::kRefused && (trouble_ == Trouble::kSilent || carry(*pair));
      if (!goes_on) reset(pair->client), reset(pair->server);
      pair = goes_on ? std::next(pair) : pairs_.erase(pair);
    }
  }
}

void FaultProxy::accept() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(server_port_);
  if (trouble_ != Trouble::kRefused &&
      ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    // A peer that does not read must not stop the proxy.
    const timeval limit{0, 200'000};
    for (const int fd : {client, server}) ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    pairs_.push_back({client, server});
    return;
  }
  reset(client);
  reset(server);
}

// False: one of the two has gone.
bool FaultProxy::carry(Pair& pair) const {
  const std::size_t most = trouble_ == Trouble::kSlow ? 4096 : 65536;
  std::array<char, 65536> bytes{};
  for (const bool to_server : {true, false}) {
    const int from = to_server ? pair.client : pair.server;
    const int to = to_server ? pair.server : pair.client;
    const ssize_t got = ::recv(from, bytes.data(), most, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN)) return false;
    if (got < 0 || (!to_server && trouble_ == Trouble::kAnswersLost)) continue;
    for (ssize_t sent = 0; sent < got;) {
      const ssize_t more = ::send(to, bytes.data() + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
      if (more <= 0) return false;
      sent += more;
    }
  }
  return true;
}

}  // namespace acts::servers

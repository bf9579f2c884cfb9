#include "net/name_lookups.hpp"

#include <boost/asio/post.hpp>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>

namespace acts {
namespace {

std::optional<asio::ip::address> address_of(const sockaddr* raw) {
  if (raw->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, raw, sizeof(v4));
    return asio::ip::address_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (raw->sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6{};
  std::memcpy(&v6, raw, sizeof(v6));
  asio::ip::address_v6::bytes_type bytes{};
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return asio::ip::address_v6(bytes, v6.sin6_scope_id);
}

NameLookups::Answer resolve_by_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  NameLookups::Answer answer;
  if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
    answer.problem = error == EAI_SYSTEM ? std::system_category().message(errno) : ::gai_strerror(error);
    return answer;
  }
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (const auto address = address_of(entry->ai_addr)) answer.addresses.push_back(*address);
  }
  ::freeaddrinfo(found);
  return answer;
}

}  // namespace

// Outlives the lookups where a thread still hangs.
struct NameLookups::Mailbox {
  std::mutex mutex;
  NameLookups* owner = nullptr;  // null: nobody waits any more
};

NameLookups::NameLookups(Executor executor, Resolve resolve)
    : executor_(std::move(executor)), resolve_(std::move(resolve)), mailbox_(std::make_shared<Mailbox>()) {
  mailbox_->owner = this;
  if (!resolve_) resolve_ = resolve_by_system;
}

NameLookups::~NameLookups() {
  const std::lock_guard lock(mailbox_->mutex);
  mailbox_->owner = nullptr;
}

bool NameLookups::ask(const std::string& host, const std::shared_ptr<Waiter>& waiter) {
  if (const auto known = waiters_.find(host); known != waiters_.end()) {
    std::erase_if(known->second, [](const std::weak_ptr<Waiter>& other) { return other.expired(); });
    known->second.push_back(waiter);
    return true;
  }
  if (waiters_.size() >= kMaxUnderWay) return false;
  try {
    std::thread([host, resolve = resolve_, mailbox = mailbox_] {
      Answer answer = resolve(host);
      const std::lock_guard lock(mailbox->mutex);
      if (mailbox->owner == nullptr) return;
      asio::post(mailbox->owner->executor_, [host, answer = std::move(answer), mailbox] {
        // On the loop's thread, where the owner is destroyed: it stays as it is.
        if (mailbox->owner != nullptr) mailbox->owner->finish(host, answer);
      });
    }).detach();
  } catch (const std::system_error&) {
    return false;
  }
  waiters_[host].push_back(waiter);
  return true;
}

void NameLookups::finish(const std::string& host, const Answer& answer) {
  const auto waiting = waiters_.extract(host);
  if (waiting.empty()) return;
  for (const std::weak_ptr<Waiter>& one : waiting.mapped()) {
    const std::shared_ptr<Waiter> waiter = one.lock();
    if (!waiter) continue;
    waiter->answer = answer;
    waiter->arrived.cancel();
  }
}

}  // namespace acts

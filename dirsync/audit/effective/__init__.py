"""Who is who, and who may what, where several directories stand in an order.

`order` holds what a product is set to: directories in their order, every unknown setting with all the values it may
have. `accounts` says which account a username means, `groups` which groups it has, `access` who thereby reaches which
Jira application, `seats` how many that are and why Jira may count otherwise; `logins` says which default groups a
login gives, `new_users` where an account is made. `from_estate` makes an order of facts. Nothing here guesses: a
question with two readings is answered with both.

Sources, as the docstrings call them:
[ORDER-J] "Managing multiple directories" (adminjiraserver0917/managing-multiple-directories-1431246040.html);
[EFFECTIVE] "Effective memberships with multiple directories" (crowd/672530810.html);
[ORDER-C] "Specifying the directory order for an application" (crowd050/1130369492.html);
[MANY] how operations behave with several directories (confluence.atlassian.com/x/2om7Jw);
[NESTED] "Nested groups in Crowd" (x/0NdDDw);
[HANDLE] "How to handle users in multiple directories" (JIRAKB);
[HEALTH] "Health check: duplicate user accounts" (jirakb/1063554355.html);
[SYNC] "Syncing users based on their access rights" (security/1409289226.html);
[AUTO] "Automatically assigning users to groups" (CROWD041);
[WRITE] "Example of directory permissions" (CROWD027) and "Specifying directory permissions" (x/1o01E);
[LICENCE] "Get list of licensed users in Jira server" (jirakb/278695452.html), "Licensing and application access"
(adminjiraserver0817/1071815682.html), for Jira 6 "Managing global permissions" (JIRA063);
tickets CWD-1944 (inactive directories are left out), CWD-5410 (Jira flattens the plain hierarchy), CWD-3187 and
CWD-5179 (where Crowd itself departs from its pages).
"""
